with ranked as (
    select
        project.*,
        row_number() over (
            partition by project.project_id order by project.client_share_pct desc, project.line_number asc
        ) = 1 as takes_remainder
    from {{ ref('stg_social_value__project') }} as project
)

select
    ranked.project_id,
    ranked.client,
    ranked.partner_code,
    supplier.supplier_key,
    ranked.client_share_pct,
    ranked.takes_remainder,
    ranked.status_code,
    status_meaning.meaning as status_meaning,
    ranked.contract_ref,
    ranked.toms_version,
    ranked.award_date,
    {{ fy_label('ranked.fy_start_date') }} as financial_year,
    ranked.fy_start_date,
    ranked.contract_value_gbp as project_value_gbp,
    {{ allocate_share(
        'ranked.contract_value_gbp', 'ranked.client_share_pct', 'ranked.takes_remainder', 'ranked.project_id'
    ) }} as contract_value_gbp,
    ranked.as_of_date,
    coalesce(
        status_meaning.meaning = 'awarded'
        and membership.partner_code is not null
        and ranked.contract_value_gbp >= threshold.threshold_gbp,
        false
    ) as is_reportable,
    ranked.is_sample
from ranked
left join {{ ref('stg_matching__membership') }} as supplier
    on ranked.vendor_record_key = supplier.vendor_record_key
left join {{ ref('code_meaning') }} as status_meaning
    on status_meaning.code_set = 'project_status' and ranked.status_code = status_meaning.code
left join {{ ref('threshold') }} as threshold
    on
        threshold.threshold_id = 'social_value'
        and {{ is_valid_on('ranked.award_date', 'threshold.valid_from', 'threshold.valid_to') }}
left join {{ ref('membership') }} as membership
    on
        ranked.partner_code = membership.partner_code
        and {{ is_valid_on('ranked.award_date', 'membership.member_from_date', 'membership.member_to_date') }}
