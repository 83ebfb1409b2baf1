{#- The definitions of an SME that suppliers are held against, as seed sme_definition calls them; each has its columns. -#}
{% macro sme_definitions() -%}
    {{ return(['code_2015', 'ec', 'companies_act', 'pa2023']) }}
{%- endmacro %}

{#- The stretches of suppliers with the evidence that holds in each. -#}
{% macro stretches_with_evidence() -%}
    {{ ref('int_supplier__stretch') }} as stretch
    inner join {{ ref('int_supplier__evidence') }} as evidence
        on
            stretch.supplier_key = evidence.supplier_key
            and {{ is_valid_on('stretch.looked_up_date', 'evidence.valid_from_date', 'evidence.valid_to_date') }}
{%- endmacro %}

{#- The day by which an award's record said what it says: the award's; without one, or with one after the extract, that of
    the extract. -#}
{% macro said_date(award_date, as_of_date) -%}
    least({{ award_date }}, {{ as_of_date }})
{%- endmacro %}
