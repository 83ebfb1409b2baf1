{#- Whether a date lies in a period of validity; an open end is NULL, both ends belong to it. -#}
{% macro is_valid_on(date, valid_from, valid_to) -%}
    (
        ({{ valid_from }} is null or {{ date }} >= {{ valid_from }})
        and ({{ valid_to }} is null or {{ date }} <= {{ valid_to }})
    )
{%- endmacro %}
