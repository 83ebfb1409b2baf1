"""This machine's services: the embedded PostgreSQL, Airflow's processes, and the runs that use them."""
