select
    target.delivery_id,
    target.line_number,
    project.project_id,
    project.client,
    project.partner_code,
    project.fy_start_date,
    project.is_reportable,
    target.stage_code,
    stage_meaning.meaning as stage_meaning,
    target.measure_code,
    coalesce(measure.theme, 'Theme not stated') as theme,
    target.recorded_date,
    target.target_gbp as project_target_gbp,
    {{ allocate_share(
        'target.target_gbp', 'project.client_share_pct', 'project.takes_remainder', 'target.line_number'
    ) }} as target_gbp
from {{ ref('stg_social_value__target') }} as target
inner join {{ ref('fct_social_value_project') }} as project on target.project_id = project.project_id
left join {{ ref('code_meaning') }} as stage_meaning
    on stage_meaning.code_set = 'target_stage' and target.stage_code = stage_meaning.code
left join {{ ref('stg_social_value__measure') }} as measure
    on target.measure_code = measure.measure_code and project.toms_version = measure.toms_version
