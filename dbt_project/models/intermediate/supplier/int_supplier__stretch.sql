-- Cut where any source says something new, after the supplier was first written down, and where a rule on classes
-- begins or ends.
with supplier as (
    select
        supplier_key,
        min(first_written_date) as first_written_date
    from {{ ref('int_supplier__written') }}
    group by supplier_key
),

cut as (
    select
        supplier_key,
        valid_from_date as cut_date
    from {{ ref('int_supplier__evidence') }}
    union
    select
        supplier_key,
        valid_to_date + 1 as cut_date
    from {{ ref('int_supplier__evidence') }}
    union
    select
        supplier_key,
        as_at_date as cut_date
    from {{ ref('int_supplier__declared') }}
    union
    select
        supplier.supplier_key,
        rule_day.cut_date
    from supplier
    cross join {{ ref('supplier_class_rule') }} as rule
    cross join lateral (values (rule.valid_from), (rule.valid_to + 1)) as rule_day (cut_date)
),

stretch as (
    select
        supplier.supplier_key,
        supplier.first_written_date,
        cut.cut_date as valid_from_date
    from supplier
    inner join cut on supplier.supplier_key = cut.supplier_key
    where supplier.first_written_date is null or cut.cut_date > supplier.first_written_date
    union all
    -- The first has no beginning: what is known first counts for the time before.
    select
        supplier_key,
        first_written_date,
        null as valid_from_date
    from supplier
)

select
    supplier_key,
    row_number() over of_supplier as stretch_number,
    valid_from_date,
    lead(valid_from_date) over of_supplier - 1 as valid_to_date,
    coalesce(valid_from_date, first_written_date, lead(valid_from_date) over of_supplier - 1) as looked_up_date
from stretch
window of_supplier as (partition by supplier_key order by valid_from_date nulls first)
