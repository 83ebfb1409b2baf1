{% macro release_id() -%}
    {# Of the environment and not a variable of the project: dbt parses all of it again when a variable changes. -#}
    {{ env_var('STAR_RELEASE_ID', '0') }}
{%- endmacro %}
