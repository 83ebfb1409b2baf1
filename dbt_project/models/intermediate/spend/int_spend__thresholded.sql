-- Sums over windows, not joins of the lines with their own sums: of those the planner knows no sizes, and a wrong guess
-- compares every line with every supplier.
with grouped as (
    select
        line.delivery_id,
        line.line_number,
        line.payment_date,
        line.amount_gbp,
        case
            when identified.supplier_key is not null
                then sum(line.amount_gbp) over (
                    partition by line.partner_code, line.fy_start_date, identified.supplier_key
                )
        end as supplier_year_gbp,
        case
            when line.transaction_number is not null
                then sum(line.amount_gbp) over (
                    partition by line.partner_code, line.fy_start_date, line.transaction_number
                )
        end as transaction_year_gbp
    from {{ ref('stg_spend__line') }} as line
    inner join {{ ref('int_supplier__identified') }} as identified
        on line.vendor_record_key = identified.vendor_record_key
),

-- A line without a transaction number is its own transaction; one without a supplier counts by its transaction.
counted as (
    select
        delivery_id,
        line_number,
        payment_date,
        coalesce(transaction_year_gbp, amount_gbp) as transaction_gbp,
        coalesce(supplier_year_gbp, transaction_year_gbp, amount_gbp) as supplier_year_gbp
    from grouped
)

select
    counted.delivery_id,
    counted.line_number,
    counted.supplier_year_gbp,
    counted.transaction_gbp,
    counted.supplier_year_gbp >= threshold.threshold_gbp as meets_supplier_year,
    counted.transaction_gbp >= threshold.threshold_gbp as meets_transaction
from counted
inner join {{ ref('threshold') }} as threshold
    on
        threshold.threshold_id = 'retention'
        and {{ is_valid_on('counted.payment_date', 'threshold.valid_from', 'threshold.valid_to') }}
