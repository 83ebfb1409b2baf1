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
        reference.postcode_as_written(written_postcode) as key_as_written,
        {{ postcode_key('written_postcode') }} as postcode_key
    from written
    where written_postcode is not null
)

select
    keyed.written_postcode,
    keyed.postcode_key,
    case
        when postcode.gss_code is not null and keyed.postcode_key = keyed.key_as_written then 'exact'
        when postcode.gss_code is not null then 'cleaned'
        when postcode.postcode_key is not null then 'no_district'
        when reference.is_postcode(keyed.postcode_key) then 'not_in_directory'
        else 'not_a_postcode'
    end as postcode_match,
    postcode.gss_code
from keyed
left join {{ ref('stg_reference__postcode') }} as postcode on keyed.postcode_key = postcode.postcode_key
