select
    project.delivery_id,
    project.line_number,
    project.project_id,
    project.project_name,
    project.client,
    nullif(partner_label.partner_code, '') as partner_code,
    project.client_share_pct,
    project.supplier_name,
    project.supplier_company_number as company_number,
    {{ vendor_record_key("'social_value'", 'project.supplier_name', 'null', 'project.supplier_company_number') }}
        as vendor_record_key,
    {{ squeezed('project.status') }} as status_code,
    project.contract_ref,
    project.contract_value_gbp,
    project.award_date,
    {{ fy_start_date('project.award_date') }} as fy_start_date,
    project.start_date,
    project.end_date,
    project.toms_set,
    project.toms_version,
    delivery.period_end_date as as_of_date,
    {{ is_sample_name('project.project_name') }} or {{ is_sample_name('project.supplier_name') }} as is_sample
from {{ source('raw', 'portal_project') }} as project
inner join {{ ref('stg_ledger__delivery') }} as delivery on project.delivery_id = delivery.delivery_id
left join {{ ref('partner_label') }} as partner_label
    on {{ squeezed('project.client') }} = {{ squeezed('partner_label.label') }}
where delivery.kind = 'social_value'
