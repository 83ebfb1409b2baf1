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
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
