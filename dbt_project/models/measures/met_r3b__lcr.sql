{{ retention_of_ring('lcr') }}
