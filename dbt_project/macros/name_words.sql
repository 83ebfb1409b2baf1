{#- A pattern with each {word_set} put as the set's words; words is a subquery's single row of joined words by set name. A
    set without words is left as it stands: it must not make every pattern NULL. -#}
{% macro with_words(pattern, words) -%}
    {%- set ns = namespace(text=pattern) -%}
    {%- for word_set in word_sets() -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", '{" ~ word_set ~ "}', coalesce(" ~ words ~ "." ~ word_set ~ ", '{" ~ word_set ~ "}'))" -%}
    {%- endfor -%}
    {{ ns.text }}
{%- endmacro %}

{#- The sets of words that patterns may name. -#}
{% macro word_sets() -%}
    {{ return([
        'title', 'learned_title', 'given_name', 'legal_form', 'trading_as', 'organisation', 'public_word', 'lesson', 'remark',
        'role', 'surname', 'council_place', 'council_kind', 'club_kind',
    ]) }}
{%- endmacro %}
