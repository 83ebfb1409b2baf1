"""Airflow's connections as the credentials of remote places."""

from __future__ import annotations

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException

from star_warehouse.receive import PlaceConnection, extra_of, no_connection
from star_warehouse.refusal import Refusal


def airflow_connection(connection_id: str) -> PlaceConnection:
    """A connection of this Airflow, wherever it keeps it: its database, the environment or a secrets backend.

    Raises:
        Refusal: there is none of that id, or its extras are no JSON object.
    """
    try:
        found = Connection.get(connection_id)
    except AirflowNotFoundException:
        raise no_connection(connection_id) from None
    try:
        extra = extra_of(found.extra)
    except ValueError:
        raise Refusal(
            "The extras of the connection are no JSON object.",
            where=f"Airflow connection {connection_id}",
            way_out="Correct them in Airflow.",
        ) from None
    return PlaceConnection(
        connection_id,
        host=found.host or None,
        port=found.port or None,
        login=found.login or None,
        password=found.password or None,
        extra=extra,
    )
