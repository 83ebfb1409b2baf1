{{ retention_of_ring('star_boroughs') }}
