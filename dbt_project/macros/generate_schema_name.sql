{#- Schemas are named plainly (staging, measures, candidate …), whatever the profile says. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
