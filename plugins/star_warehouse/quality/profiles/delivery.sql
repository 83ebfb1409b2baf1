-- Each row is one delivery of any kind that waits for its verdict, with what the ledger says of its lines.
select
    delivery.delivery_id,
    delivery.file_name,
    delivery.lines_rejected::float8 / nullif(delivery.lines_loaded + delivery.lines_rejected, 0) as rejected_lines_share,
    delivery.lines_filled as filled_lines_count,
    coalesce(outside.lines_count, 0)::float8 / nullif(delivery.lines_loaded + delivery.lines_rejected, 0)
        as outside_period_lines_share,
    (abs(delivery.amount_rejected_gbp) / nullif(abs(delivery.amount_loaded_gbp) + abs(delivery.amount_rejected_gbp), 0))::float8
        as rejected_amount_share
from ops.delivery
left join (
    select delivery_id, count(*) as lines_count
    from ops.rejected_line
    where delivery_id = any(%(delivery_ids)s) and reason_code = 'outside_period'
    group by delivery_id
) as outside using (delivery_id)
where delivery.delivery_id = any(%(delivery_ids)s)
order by delivery.delivery_id
