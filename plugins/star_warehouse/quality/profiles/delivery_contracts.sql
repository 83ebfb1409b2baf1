-- Each row is one contracts register that waits for its verdict, with what can be said of it as a whole.
with delivery as (
    select delivery_id, lines_loaded
    from ops.delivery
    where delivery_id = any(%(delivery_ids)s)
),

entry as (
    select
        *,
        -- A register may list one contract several times (multiple award): once for each supplier, not more.
        row_number() over (
            partition by delivery_id, contract_ref, client, supplier_name order by line_number
        ) as mention
    from raw.contract
    where delivery_id = any(%(delivery_ids)s)
),

figures as (
    select
        delivery_id,
        count(*) as contracts_count,
        (count(*) filter (where contract_value_gbp is null))::float8 / count(*) as value_blank_share,
        (count(*) filter (where award_date is null))::float8 / count(*) as award_date_blank_share,
        count(*) filter (where contract_value_gbp < 0) as negative_values_count,
        count(*) filter (where contract_value_gbp >= 1000000000) as huge_values_count,
        count(*) filter (where end_date < start_date) as ends_before_start_count,
        count(*) filter (where mention > 1) as repeated_contracts_count,
        coalesce(
            (sum(abs(contract_value_gbp)) filter (where mention > 1) / nullif(sum(abs(contract_value_gbp)), 0))::float8, 0
        ) as repeated_value_share,
        (count(*) filter (where sme_supplier is null or vcse_supplier is null))::float8 / count(*)
            as size_blank_share
    from entry
    group by delivery_id
)

select
    delivery.delivery_id,
    coalesce(figures.contracts_count, 0) as contracts_count,
    coalesce(figures.contracts_count, 0) - delivery.lines_loaded as lines_difference,
    figures.value_blank_share,
    figures.award_date_blank_share,
    figures.negative_values_count,
    figures.huge_values_count,
    figures.ends_before_start_count,
    figures.repeated_contracts_count,
    figures.repeated_value_share,
    figures.size_blank_share
from delivery
left join figures using (delivery_id)
order by delivery.delivery_id
