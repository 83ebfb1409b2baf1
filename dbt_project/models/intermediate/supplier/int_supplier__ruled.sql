-- Distinct texts are matched, not suppliers. Rules are the outer loop ("offset 0" keeps the planner to it), so that
-- each pattern is compiled once: no more than 32 are kept compiled at a time.
with word as (
    select
        {%- for word_set in word_sets() %}
        string_agg(word, '|' order by word) filter (where word_set = '{{ word_set }}') as {{ word_set }},
        {%- endfor %}
        count(*) as words_count
    from {{ ref('name_word') }}
),

rule as materialized (
    select
        rule.rule_id,
        rule.priority,
        rule.basis,
        rule.field,
        {{ with_words('rule.pattern', 'word') }} as pattern,
        rule.supplier_class,
        rule.masking,
        rule.valid_from,
        rule.valid_to,
        rule.reason
    from {{ ref('supplier_class_rule') }} as rule
    cross join word
),

evidence_text as materialized (
    select distinct
        field,
        evidence_text
    from {{ ref('int_supplier__evidence') }}
)

select
    matched.field,
    matched.evidence_text,
    rule.rule_id,
    rule.priority,
    rule.basis,
    rule.supplier_class,
    rule.masking,
    rule.valid_from,
    rule.valid_to,
    rule.reason
from rule
cross join lateral (
    select
        evidence_text.field,
        evidence_text.evidence_text
    from evidence_text
    where
        evidence_text.field = rule.field
        and evidence_text.evidence_text ~ rule.pattern
    order by evidence_text.evidence_text
    offset 0
) as matched
