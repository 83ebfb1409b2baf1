{#- Fails with each pair of rows of one group whose periods of validity share a day; open ends are NULL. -#}
{% test periods_do_not_overlap(model, group_by, valid_from, valid_to) %}
with numbered as (
    select *, row_number() over () as row_id
    from {{ model }}
)

select one.*
from numbered as one
inner join numbered as other
    on
        one.row_id < other.row_id
        {% for column in group_by %} and one.{{ column }} = other.{{ column }} {% endfor %}
        and coalesce(one.{{ valid_from }}, '-infinity') <= coalesce(other.{{ valid_to }}, 'infinity')
        and coalesce(other.{{ valid_from }}, '-infinity') <= coalesce(one.{{ valid_to }}, 'infinity')
{% endtest %}
