"""How far a step is, for people who watch."""

from __future__ import annotations

from star_warehouse.load.ledger import Connection


def report_progress(
    connection: Connection, run_id: str, step: str, subject: str, done: int, total: int | None, note: str | None = None
) -> None:
    """Write how far a step of a run is; on a connection in autocommit, so that others see it at once."""
    connection.execute(
        """
        insert into ops.run_progress as known (run_id, step, subject, done_count, total_count, note)
        values (%s, %s, %s, %s, %s, %s)
        on conflict (run_id, step, subject) do update set
            done_count = excluded.done_count, total_count = excluded.total_count,
            note = excluded.note, updated_at = now()
        """,
        (run_id, step, subject, done, total, note),
    )
