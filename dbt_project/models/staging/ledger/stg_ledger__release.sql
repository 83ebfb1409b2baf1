select
    release_id,
    state,
    code_version,
    reference_versions ->> 'postcode' as directory_version,
    suppliers_as_at,
    started_at,
    published_at,
    superseded_at
from {{ source('ops', 'release') }}
