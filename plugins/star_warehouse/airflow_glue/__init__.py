"""The one room that knows Airflow: it turns feeds and steps into DAGs and tasks, and holds nothing else.

Its modules are imported one by one: ``names`` is for everybody and free of Airflow, the others are for ``dags/``.
"""
