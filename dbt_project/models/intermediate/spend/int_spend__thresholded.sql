with line as (
    select
        line.delivery_id,
        line.line_number,
        line.partner_code,
        line.fy_start_date,
        line.payment_date,
        line.transaction_number,
        line.amount_gbp,
        identified.supplier_key
    from {{ ref('stg_spend__line') }} as line
    inner join {{ ref('int_supplier__identified') }} as identified
        on line.vendor_record_key = identified.vendor_record_key
),

supplier_year as (
    select
        partner_code,
        fy_start_date,
        supplier_key,
        sum(amount_gbp) as amount_gbp
    from line
    where supplier_key is not null
    group by partner_code, fy_start_date, supplier_key
),

transaction_year as (
    select
        partner_code,
        fy_start_date,
        transaction_number,
        sum(amount_gbp) as amount_gbp
    from line
    where transaction_number is not null
    group by partner_code, fy_start_date, transaction_number
),

-- A line without a transaction number is its own transaction; one without a supplier counts by its transaction.
grouped as (
    select
        line.delivery_id,
        line.line_number,
        line.payment_date,
        coalesce(transaction_year.amount_gbp, line.amount_gbp) as transaction_gbp,
        coalesce(supplier_year.amount_gbp, transaction_year.amount_gbp, line.amount_gbp) as supplier_year_gbp
    from line
    left join supplier_year
        on
            line.partner_code = supplier_year.partner_code
            and line.fy_start_date = supplier_year.fy_start_date
            and line.supplier_key = supplier_year.supplier_key
    left join transaction_year
        on
            line.partner_code = transaction_year.partner_code
            and line.fy_start_date = transaction_year.fy_start_date
            and line.transaction_number = transaction_year.transaction_number
)

select
    grouped.delivery_id,
    grouped.line_number,
    grouped.supplier_year_gbp,
    grouped.transaction_gbp,
    grouped.supplier_year_gbp >= threshold.threshold_gbp as meets_supplier_year,
    grouped.transaction_gbp >= threshold.threshold_gbp as meets_transaction
from grouped
inner join {{ ref('threshold') }} as threshold
    on
        threshold.threshold_id = 'retention'
        and {{ is_valid_on('grouped.payment_date', 'threshold.valid_from', 'threshold.valid_to') }}
