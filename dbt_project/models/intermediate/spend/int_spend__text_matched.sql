-- Distinct texts are matched, not lines. Rules are the outer loop ("offset 0" keeps the planner to it), so that each
-- pattern is compiled once: no more than 32 are kept compiled at a time.
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
),

rule as (
    select
        rule_id,
        priority,
        field,
        pattern,
        scope_class,
        valid_from,
        valid_to
    from {{ ref('scope_rule') }}
    where field <> 'supplier_class'
    union all
    -- A withheld name decides before anything else, whenever it was paid.
    select
        token_id as rule_id,
        priority,
        'supplier_name' as field,
        pattern,
        scope_class,
        null as valid_from,
        null as valid_to
    from {{ ref('redaction_token') }}
)

select
    matched.field,
    matched.written_text,
    rule.rule_id,
    rule.priority,
    rule.scope_class,
    rule.valid_from,
    rule.valid_to
from rule
cross join lateral (
    select
        line_text.field,
        line_text.written_text
    from line_text
    where line_text.field = rule.field and line_text.squeezed_text ~* rule.pattern
    order by line_text.written_text
    offset 0
) as matched
