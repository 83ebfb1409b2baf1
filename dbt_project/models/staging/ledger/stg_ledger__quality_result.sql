select
    quality_result_id,
    boundary,
    suite,
    subject,
    delivery_id,
    release_id,
    expectation,
    column_name,
    severity,
    is_success,
    observed,
    expected,
    unexpected_count,
    message,
    checked_at
from {{ source('ops', 'quality_result') }}
