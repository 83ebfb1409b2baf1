with written as (
    select remit_postcode as written_postcode
    from {{ ref('stg_spend__line') }}
    union
    select registered_postcode as written_postcode
    from {{ ref('stg_spend__line') }}
),

keyed as (
    select
        written_postcode,
        {{ postcode_key('written_postcode') }} as postcode_key
    from written
    where written_postcode is not null
)

select
    keyed.written_postcode,
    keyed.postcode_key,
    postcode.gss_code
from keyed
left join {{ ref('stg_reference__postcode') }} as postcode on keyed.postcode_key = postcode.postcode_key
