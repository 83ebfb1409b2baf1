{#- Fails with each pattern that names a set of words in braces that is not in words (none is, where that is not given):
    PostgreSQL would look for the braces themselves. {2} and {1,3} are numbers of times; \{, [{] and [}] are braces. -#}
{% test names_known_word_sets(model, column_name, words=none) %}
with known as (
    select
        {% if words is none -%}
        '' as or_a_set
        {%- else -%}
        coalesce('|\{(' || string_agg(distinct word_set, '|') || ')\}', '') as or_a_set
        from {{ words }}
        {%- endif %}
)

select model.{{ column_name }}
from {{ model }} as model
cross join known
where
    regexp_replace(
        model.{{ column_name }}, '\\.|\[[{}]\]|\{[0-9]+(,[0-9]*)?\}' || known.or_a_set, '', 'g'
    ) ~ '[{}]'
{% endtest %}
