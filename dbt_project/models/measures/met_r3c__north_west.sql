{{ retention_of_ring('north_west') }}
