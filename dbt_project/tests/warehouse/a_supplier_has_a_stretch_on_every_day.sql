-- The first stretch has no beginning, each other one begins the day after the one before, the last has no end; and each
-- payment has the class of its day.
with neighbours as (
    select
        *,
        row_number() over of_supplier as stretch_number,
        lag(valid_to_date) over of_supplier as ended_before_date
    from {{ ref('dim_supplier_history') }}
    window of_supplier as (partition by supplier_key order by valid_from_date nulls first)
)

select
    'stretch' as fault,
    supplier_key,
    valid_from_date as fault_date
from neighbours
where
    (stretch_number = 1 and valid_from_date is not null)
    or (stretch_number > 1 and valid_from_date is distinct from ended_before_date + 1)
union all
select
    'no last stretch' as fault,
    supplier.supplier_key,
    null as fault_date
from {{ ref('dim_supplier') }} as supplier
left join {{ ref('dim_supplier_history') }} as history
    on supplier.supplier_key = history.supplier_key and history.is_current
where history.supplier_key is null
union all
select
    'payment' as fault,
    line.supplier_key,
    line.payment_date as fault_date
from {{ ref('fct_payment_line') }} as line
left join {{ ref('dim_supplier_history') }} as history
    on
        line.supplier_key = history.supplier_key
        and {{ is_valid_on('line.payment_date', 'history.valid_from_date', 'history.valid_to_date') }}
where
    line.supplier_key is not null
    and (line.supplier_class, line.class_rule_id) is distinct from (history.supplier_class, history.class_rule_id)
