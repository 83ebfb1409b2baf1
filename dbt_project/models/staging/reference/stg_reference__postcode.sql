select
    postcode_key,
    gss_code
from {{ source('reference', 'postcode') }}
