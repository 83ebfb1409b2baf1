{#- Sum ÷ sum, unrounded, also of counts; NULL when the denominator is NULL, zero or negative. -#}
{% macro ratio(numerator, denominator, factor=100) -%}
    ({{ factor }} * ({{ numerator }})::numeric / case when {{ denominator }} > 0 then {{ denominator }} end)::numeric(38, 10)
{%- endmacro %}
