select
    contract.delivery_id,
    contract.line_number,
    contract.contract_ref,
    contract.partner_code,
    supplier.supplier_key,
    contract.contract_type_code,
    type_meaning.meaning as contract_type_meaning,
    contract.award_date,
    {{ fy_label('contract.fy_start_date') }} as financial_year,
    contract.fy_start_date,
    contract.contract_value_gbp,
    contract.as_of_date,
    membership.partner_code is not null as is_member_at_award,
    coalesce(
        membership.partner_code is not null
        and contract.contract_value_gbp >= threshold.threshold_gbp
        -- A contract whose type is not stated is a contract; only a ceiling is left out.
        and type_meaning.meaning is distinct from 'ceiling',
        false
    ) as is_reportable,
    exists(
        select 1
        from {{ ref('stg_social_value__project') }} as project
        where project.contract_ref = contract.contract_ref
    ) as is_on_portal,
    contract.is_sample
from {{ ref('stg_contracts__contract') }} as contract
left join {{ ref('stg_matching__membership') }} as supplier
    on contract.vendor_record_key = supplier.vendor_record_key
left join {{ ref('code_meaning') }} as type_meaning
    on type_meaning.code_set = 'contract_type' and contract.contract_type_code = type_meaning.code
left join {{ ref('threshold') }} as threshold
    on
        threshold.threshold_id = 'social_value'
        and {{ is_valid_on('contract.award_date', 'threshold.valid_from', 'threshold.valid_to') }}
left join {{ ref('membership') }} as membership
    on
        contract.partner_code = membership.partner_code
        and {{ is_valid_on('contract.award_date', 'membership.member_from_date', 'membership.member_to_date') }}
