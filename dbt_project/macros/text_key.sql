{#- A text as labels, codes and names are compared: lower case, blanks (the non-breaking one too) squeezed. -#}
{% macro squeezed(text) -%}
    reference.squeezed({{ text }})
{%- endmacro %}

{#- A postcode as it is matched: whole, upper case, letters and digits only, O and 0, I and 1 put right. -#}
{% macro postcode_key(text) -%}
    reference.postcode_key({{ text }})
{%- endmacro %}

{#- A company number as it is compared: eight characters of a known form; NULL if it is none (N/A, noughts). -#}
{% macro company_number_key(text) -%}
    reference.company_number_key({{ text }})
{%- endmacro %}

{#- A charity number as it is compared: a known form, with the hyphen of a linked charity; NULL if it is none. -#}
{% macro charity_number_key(text) -%}
    reference.charity_number_key({{ text }})
{%- endmacro %}

{#- One way of writing a supplier, NULLs kept apart from empty texts. The matching keys its records the same way. -#}
{% macro vendor_record_key(written_by, supplier_name, supplier_ref, company_number) -%}
    md5(
        jsonb_build_array({{ written_by }}, {{ supplier_name }}, {{ supplier_ref }}, {{ company_number }})::text
    )
{%- endmacro %}

{#- Whether a name is one that the sample deliveries invented, however its case and blanks are. NULL names are not. -#}
{% macro is_sample_name(name) -%}
    coalesce({{ name }} ~* '^[[:space:]\u00a0]*{{ var("sample_prefix") }}[[:space:]\u00a0]', false)
{%- endmacro %}

{#- A name as the rules of classes look at it: squeezed, without the sample's first word. -#}
{% macro ruled_name(name) -%}
    regexp_replace({{ squeezed(name) }}, '^{{ var("sample_prefix") }} ', '')
{%- endmacro %}
