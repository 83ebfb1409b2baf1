select
    {{ release_id() }}::bigint as release_id,
    source_id,
    partner_code,
    file_name,
    sha256,
    period_key,
    period_start_date,
    period_end_date,
    state,
    lines_in,
    lines_loaded,
    lines_rejected,
    lines_skipped,
    amount_loaded_gbp,
    loaded_at
from {{ ref('stg_ledger__delivery') }}
