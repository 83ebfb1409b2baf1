select
    release_id,
    state,
    code_version,
    suppliers_as_at,
    started_at,
    published_at,
    superseded_at
from {{ source('ops', 'release') }}
