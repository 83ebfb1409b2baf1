{#- A table: the ledger goes on while a release is built, and all layers must see one state of it. And a view over a
    window has no statistics, so that the planner goes through all lines anew for each of some hundred deliveries. -#}
{{ config(materialized='table', post_hook='analyze ' ~ this) }}
-- Spend files add up, and each edition of a register holds for its time; the others are snapshots of everything so far,
-- of which the latest counts. A release counts what it was opened with, also when its tables are tried anew with other
-- rules, after other deliveries came; in development it is what is current.
with loaded as (
    select
        delivery.delivery_id,
        delivery.source_id,
        feed.kind,
        feed.partner_code,
        feed.extract,
        delivery.file_name,
        delivery.sha256::text as sha256,
        delivery.state,
        delivery.period_key,
        delivery.period_start_date,
        delivery.period_end_date,
        -- A file for a whole year may have been written in the middle of it: it brings no month after its last payment.
        case
            when feed.kind = 'spend' and delivery.period_end_date - delivery.period_start_date > 31
                then coalesce(
                    (
                        select max(line.payment_date)
                        from {{ source('raw', 'spend_line') }} as line
                        where line.delivery_id = delivery.delivery_id
                    ),
                    delivery.period_start_date
                )
            else delivery.period_end_date
        end as received_to_date,
        delivery.lines_in,
        delivery.lines_loaded,
        delivery.lines_rejected,
        delivery.lines_skipped,
        delivery.amount_loaded_gbp,
        delivery.loaded_at,
        row_number() over (
            partition by delivery.source_id
            order by delivery.period_end_date desc, delivery.delivery_id desc
        ) as newest_first
    from {{ source('ops', 'delivery') }} as delivery
    inner join {{ source('ops', 'source') }} as feed on delivery.source_id = feed.source_id
    where
        case
            when {{ release_id() }} = 0 then delivery.state = 'loaded'
            else delivery.delivery_id in (
                select opened.delivery_id
                from {{ ref('stg_ledger__release_delivery') }} as opened
                where opened.release_id = {{ release_id() }}
            )
        end
)

select
    delivery_id,
    source_id,
    kind,
    partner_code,
    extract,
    file_name,
    sha256,
    state,
    period_key,
    period_start_date,
    period_end_date,
    received_to_date,
    lines_in,
    lines_loaded,
    lines_rejected,
    lines_skipped,
    amount_loaded_gbp,
    loaded_at
from loaded
where kind in ('spend', 'register') or newest_first = 1
