with deciding as (
    select distinct on (delivery_id, line_number)
        delivery_id,
        line_number,
        rule_id,
        scope_class
    from {{ ref('int_spend__rule_matched') }}
    order by delivery_id, line_number, priority
),

decided as (
    select
        payee.delivery_id,
        payee.line_number,
        payee.supplier_class,
        payee.class_rule_id,
        coalesce(deciding.rule_id, 'default') as scope_rule_id,
        coalesce(deciding.scope_class, 'influenceable') as scope_class
    from {{ ref('int_spend__payee_classed') }} as payee
    left join deciding
        on payee.delivery_id = deciding.delivery_id and payee.line_number = deciding.line_number
)

select
    decided.delivery_id,
    decided.line_number,
    decided.scope_rule_id,
    decided.scope_class,
    decided.supplier_class,
    decided.class_rule_id,
    scope_class.is_influenceable,
    scope_class.is_intra_partner,
    scope_class.is_redacted
from decided
inner join {{ ref('scope_class') }} as scope_class on decided.scope_class = scope_class.scope_class
