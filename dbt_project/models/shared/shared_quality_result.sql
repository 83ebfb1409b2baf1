-- What was checked on the deliveries this release rests on, and on the warehouse it was built from. The results of the
-- candidate's own audit are appended when it is through.
select
    {{ release_id() }}::bigint as release_id,
    result.boundary,
    result.suite,
    result.subject,
    result.expectation,
    result.column_name,
    result.severity,
    result.is_success,
    result.observed,
    result.expected,
    result.unexpected_count,
    result.message,
    result.checked_at
from {{ ref('stg_ledger__quality_result') }} as result
where
    (result.boundary = 'warehouse' and result.release_id = {{ release_id() }})
    or (
        result.boundary = 'delivery'
        and result.delivery_id in (
            select delivery.delivery_id
            from {{ ref('stg_ledger__delivery') }} as delivery
        )
    )
