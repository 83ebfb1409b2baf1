select
    release_id,
    state,
    code_version,
    delivery_ids,
    started_at,
    published_at,
    superseded_at
from {{ source('ops', 'release') }}
