{#- Fails with each row for which the condition is not true; NULL fails too. -#}
{% test holds(model, condition) %}
select *
from {{ model }}
where ({{ condition }}) is not true
{% endtest %}
