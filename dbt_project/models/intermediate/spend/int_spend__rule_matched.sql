{{ config(materialized='view') }}
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
    payee.delivery_id,
    payee.line_number,
    rule.priority,
    rule.rule_id,
    rule.scope_class
from {{ ref('int_spend__payee_classed') }} as payee
inner join {{ ref('scope_rule') }} as rule
    on
        rule.field = 'supplier_class'
        and payee.supplier_class ~ rule.pattern
        and {{ is_valid_on('payee.payment_date', 'rule.valid_from', 'rule.valid_to') }}
