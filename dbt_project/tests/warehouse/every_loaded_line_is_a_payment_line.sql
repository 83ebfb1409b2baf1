-- A join that drops or doubles lines shows here: per delivery, lines and £ are those the ledger says were loaded.
with built as (
    select
        delivery_id,
        count(*) as lines_count,
        sum(amount_gbp) as amount_gbp
    from {{ ref('fct_payment_line') }}
    group by delivery_id
)

select
    delivery.delivery_id,
    delivery.lines_loaded,
    built.lines_count,
    delivery.amount_loaded_gbp,
    built.amount_gbp
from {{ ref('stg_ledger__delivery') }} as delivery
left join built on delivery.delivery_id = built.delivery_id
where
    delivery.kind = 'spend'
    and (
        coalesce(built.lines_count, 0) <> delivery.lines_loaded
        or coalesce(built.amount_gbp, 0) <> coalesce(delivery.amount_loaded_gbp, 0)
    )
