select
    report.delivery_id,
    report.line_number,
    project.project_id,
    project.client,
    project.partner_code,
    project.fy_start_date,
    project.is_reportable,
    report.measure_code,
    coalesce(measure.theme, 'Theme not stated') as theme,
    report.period_start_date,
    report.period_end_date,
    report.evidence_code,
    evidence_meaning.meaning as evidence_meaning,
    report.period_end_date <= report.as_of_date as is_to_date,
    report.reported_gbp as project_reported_gbp,
    {{ allocate_share(
        'report.reported_gbp', 'project.client_share_pct', 'project.takes_remainder', 'report.line_number'
    ) }} as reported_gbp
from {{ ref('stg_social_value__delivery') }} as report
inner join {{ ref('fct_social_value_project') }} as project on report.project_id = project.project_id
left join {{ ref('code_meaning') }} as evidence_meaning
    on evidence_meaning.code_set = 'evidence_status' and report.evidence_code = evidence_meaning.code
left join {{ ref('stg_social_value__measure') }} as measure
    on report.measure_code = measure.measure_code and project.toms_version = measure.toms_version
