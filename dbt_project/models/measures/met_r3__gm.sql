{{ retention_of_ring('gm') }}
