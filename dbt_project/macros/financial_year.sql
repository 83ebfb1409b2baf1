{#- First day (1 April) of the financial year a date lies in. -#}
{% macro fy_start_date(date) -%}
    (date_trunc('year', {{ date }} - interval '3 months') + interval '3 months')::date
{%- endmacro %}

{#- Label such as 2023/24 of the financial year that begins on a date. -#}
{% macro fy_label(fy_start_date) -%}
    to_char({{ fy_start_date }}, 'YYYY') || '/' || to_char({{ fy_start_date }} + interval '1 year', 'YY')
{%- endmacro %}

{#- Quarter of the financial year: Q1 is April to June. -#}
{% macro fy_quarter(date) -%}
    'Q' || extract(quarter from {{ date }} - interval '3 months')::int
{%- endmacro %}
