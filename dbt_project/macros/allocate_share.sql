{#-
    A client's part of an amount, to the penny: each client gets its share rounded, the client marked as taking the
    remainder gets what is left, so that the parts always add up to the amount.
    partition_by names the columns of one recorded amount.
-#}
{% macro allocate_share(amount, share_pct, takes_remainder, partition_by) -%}
    {%- set rounded = "round(" ~ amount ~ " * " ~ share_pct ~ " / 100, 2)" -%}
    case
        when {{ takes_remainder }}
            then {{ amount }} - coalesce(
                sum({{ rounded }}) filter (where not {{ takes_remainder }}) over (partition by {{ partition_by }}), 0
            )
        else {{ rounded }}
    end
{%- endmacro %}
