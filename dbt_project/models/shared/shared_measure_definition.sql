select
    {{ release_id() }}::bigint as release_id,
    measure_id,
    measure_name as name,
    numerator,
    denominator,
    filters,
    source
from {{ ref('measure_definition') }}
