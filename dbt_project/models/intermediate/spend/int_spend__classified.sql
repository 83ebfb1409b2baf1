with classed_line as (
    select
        line.delivery_id,
        line.line_number,
        line.payment_date,
        case
            when identified.is_redacted then 'redacted'
            else coalesce(classed.supplier_class, 'unknown')
        end as supplier_class,
        classed.class_rule_id
    from {{ ref('stg_spend__line') }} as line
    inner join {{ ref('int_supplier__identified') }} as identified
        on line.vendor_record_key = identified.vendor_record_key
    left join {{ ref('int_supplier__classed') }} as classed on identified.supplier_key = classed.supplier_key
),

matched as (
    {%- for field in ['supplier_name', 'purpose', 'category_label', 'department'] %}
    select
        line.delivery_id,
        line.line_number,
        text_matched.priority,
        text_matched.rule_id,
        text_matched.scope_class
    from {{ ref('stg_spend__line') }} as line
    inner join {{ ref('int_spend__text_matched') }} as text_matched
        on
            text_matched.field = '{{ field }}'
            and line.{{ field }} = text_matched.written_text
            and {{ is_valid_on('line.payment_date', 'text_matched.valid_from', 'text_matched.valid_to') }}
    union all
    {%- endfor %}
    -- What kind of supplier it is was decided before, from all its vendor records.
    select
        line.delivery_id,
        line.line_number,
        rule.priority,
        rule.rule_id,
        rule.scope_class
    from classed_line as line
    inner join {{ ref('scope_rule') }} as rule
        on
            rule.field = 'supplier_class'
            and line.supplier_class ~ rule.pattern
            and {{ is_valid_on('line.payment_date', 'rule.valid_from', 'rule.valid_to') }}
),

deciding as (
    select distinct on (delivery_id, line_number)
        delivery_id,
        line_number,
        rule_id,
        scope_class
    from matched
    order by delivery_id, line_number, priority
),

decided as (
    select
        line.delivery_id,
        line.line_number,
        coalesce(deciding.rule_id, 'default') as scope_rule_id,
        coalesce(deciding.scope_class, 'influenceable') as scope_class,
        line.supplier_class,
        line.class_rule_id
    from classed_line as line
    left join deciding
        on line.delivery_id = deciding.delivery_id and line.line_number = deciding.line_number
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
