-- Distinct texts are matched, not lines. Rules are the outer loop, so that each pattern is compiled once.
with line_text as materialized (
    {%- for field in ['supplier_name', 'purpose', 'category_label', 'department'] %}
    select distinct
        '{{ field }}' as field,
        {{ field }} as written_text,
        {{ squeezed(field) }} as squeezed_text
    from {{ ref('stg_spend__line') }}
    where {{ field }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    matched.field,
    matched.written_text,
    scope_rule.rule_id,
    scope_rule.priority,
    scope_rule.scope_class,
    scope_rule.valid_from,
    scope_rule.valid_to
from {{ ref('scope_rule') }} as scope_rule
cross join lateral (
    select
        line_text.field,
        line_text.written_text
    from line_text
    where line_text.field = scope_rule.field and line_text.squeezed_text ~* scope_rule.pattern
) as matched
