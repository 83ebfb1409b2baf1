"""One ingest DAG an export of a social value portal, made from dags/sources/*.yml: ``ingest_social_value__<source>``.

Airflow looks for the words "airflow" and "dag" in this file before it reads it.
"""

from star_warehouse.airflow_glue.ingest import ingest_dag, sources_of

for source in sources_of("social_value"):
    dag = ingest_dag(source)
    globals()[dag.dag_id] = dag
