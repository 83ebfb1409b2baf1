{#-
    Schemas are named plainly (staging, measures, candidate …), whatever the profile says. A trial of rules builds beside
    them, in schemas of its own: schema_prefix goes before each name.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ var('schema_prefix') ~ ((custom_schema_name or target.schema) | trim) }}
{%- endmacro %}
