-- What bidders and the contracts register say of a supplier's size and kind, as at the award or, without one, the extract.
with numbered as (
    -- A number that stands for two suppliers says nothing of either.
    select
        company_number,
        min(supplier_key) as supplier_key
    from (
        select distinct
            {{ company_number_key('line.company_number') }} as company_number,
            identified.supplier_key
        from {{ ref('stg_spend__line') }} as line
        inner join {{ ref('int_supplier__identified') }} as identified
            on line.vendor_record_key = identified.vendor_record_key
        where line.company_number is not null and identified.supplier_key is not null
    ) as pair
    group by company_number
    having count(*) = 1
),

declaration as (
    select
        bid.company_number,
        'tender' as evidence,
        bid.size_code,
        bid.vcse_code,
        'bidder_vcse' as vcse_code_set,
        coalesce(lot.award_date, lot.as_of_date) as as_at_date
    from {{ ref('stg_tenders__bid') }} as bid
    inner join {{ ref('stg_tenders__lot') }} as lot
        on bid.opportunity_ref = lot.opportunity_ref and bid.lot_number = lot.lot_number
    union all
    select
        company_number,
        'contract' as evidence,
        sme_code as size_code,
        vcse_code,
        'bidder_vcse' as vcse_code_set,
        coalesce(award_date, as_of_date) as as_at_date
    from {{ ref('stg_contracts__contract') }}
)

select
    numbered.supplier_key,
    declaration.evidence,
    declaration.as_at_date,
    declaration.size_code,
    vcse_meaning.meaning as declared_vcse,
    count(*) as declarations_count
from declaration
inner join numbered on {{ company_number_key('declaration.company_number') }} = numbered.company_number
left join {{ ref('code_meaning') }} as vcse_meaning
    on declaration.vcse_code_set = vcse_meaning.code_set and declaration.vcse_code = vcse_meaning.code
group by 1, 2, 3, 4, 5
