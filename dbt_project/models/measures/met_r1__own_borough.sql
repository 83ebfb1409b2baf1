{{ retention_of_ring('own_borough') }}
