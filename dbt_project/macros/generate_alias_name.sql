{#- A shared model's table has the plain name (shared_retention is the table retention): seeds have those names too. -#}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {{ custom_alias_name or (node.name.removeprefix('shared_') if node.resource_type == 'model' else node.name) }}
{%- endmacro %}
