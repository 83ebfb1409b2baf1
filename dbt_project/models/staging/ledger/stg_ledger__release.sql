select
    release_id,
    state,
    code_version,
    directory_version,
    started_at,
    published_at,
    superseded_at
from {{ source('ops', 'release') }}
