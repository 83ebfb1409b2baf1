-- What bidders and the contracts register say of a supplier's size and kind, as at the day they had said it by.
with supplier as (
    select distinct
        written_in,
        vendor_record_key,
        supplier_key
    from {{ ref('int_supplier__written') }}
),

declaration as (
    select
        bid.vendor_record_key,
        'tenders' as written_in,
        'tender' as evidence,
        bid.size_code,
        bid.vcse_code,
        {{ said_date('lot.award_date', 'lot.as_of_date') }} as as_at_date
    from {{ ref('stg_tenders__bid') }} as bid
    inner join {{ ref('stg_tenders__lot') }} as lot
        on bid.opportunity_ref = lot.opportunity_ref and bid.lot_number = lot.lot_number
    union all
    select
        vendor_record_key,
        'contracts' as written_in,
        'contract' as evidence,
        sme_code as size_code,
        vcse_code,
        {{ said_date('award_date', 'as_of_date') }} as as_at_date
    from {{ ref('stg_contracts__contract') }}
)

select
    supplier.supplier_key,
    declaration.evidence,
    declaration.as_at_date,
    declaration.size_code,
    vcse_meaning.meaning as declared_vcse,
    count(*) as declarations_count
from declaration
inner join supplier
    on declaration.written_in = supplier.written_in and declaration.vendor_record_key = supplier.vendor_record_key
-- The register says yes and no as bidders do.
left join {{ ref('code_meaning') }} as vcse_meaning
    on vcse_meaning.code_set = 'bidder_vcse' and declaration.vcse_code = vcse_meaning.code
group by 1, 2, 3, 4, 5
