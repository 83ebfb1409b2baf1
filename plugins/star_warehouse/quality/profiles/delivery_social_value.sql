-- Each row is one export of the Social Value Portal that waits for its verdict, with what can be said of it as a whole.
with delivery as (
    select delivery_id, period_end_date as as_of_date, lines_loaded
    from ops.delivery
    where delivery_id = any(%(delivery_ids)s)
),

-- A project of several clients has a row for each.
client as (
    select *, lower(btrim(status)) in ('awarded', 'live', 'closed') as is_awarded
    from raw.portal_project
    where delivery_id = any(%(delivery_ids)s)
),

project as (
    select
        delivery_id,
        project_id,
        bool_or(is_awarded) as is_awarded,
        max(contract_value_gbp) as contract_value_gbp,
        max(toms_version) as toms_version,
        abs(sum(client_share_pct) - 100) > 0.01 as has_wrong_shares,
        count(*) > count(distinct lower(btrim(client))) as has_repeated_client,
        count(distinct (supplier_name, status, contract_value_gbp, award_date, toms_version)) > 1 as is_contradictory,
        bool_or(is_awarded and award_date is null) as lacks_award_date,
        bool_or(is_awarded and contract_value_gbp is null) as lacks_value
    from client
    group by delivery_id, project_id
),

target as (
    select *, lower(btrim(stage)) as stage_key
    from raw.portal_target
    where delivery_id = any(%(delivery_ids)s)
),

secured as (
    select delivery_id, project_id, sum(target_gbp) as secured_gbp
    from target
    where stage_key in ('award', 'variation')
    group by delivery_id, project_id
),

project_figures as (
    select
        project.delivery_id,
        count(*) as projects_count,
        count(*) filter (where project.has_wrong_shares) as projects_with_wrong_shares_count,
        count(*) filter (where project.has_repeated_client) as projects_with_repeated_clients_count,
        count(*) filter (where project.is_contradictory) as contradictory_projects_count,
        count(*) filter (where project.lacks_award_date) as awarded_without_date_count,
        count(*) filter (where project.lacks_value) as awarded_without_value_count,
        nullif(count(*) filter (where project.is_awarded), 0) as awarded_count,
        count(*) filter (
            where project.is_awarded and project.contract_value_gbp >= 50000 and secured.secured_gbp is null
        ) as awarded_without_target_count,
        count(*) filter (
            where project.is_awarded and secured.secured_gbp > 3 * project.contract_value_gbp
        ) as implausible_secured_count
    from project
    left join secured using (delivery_id, project_id)
    group by project.delivery_id
),

client_figures as (
    select delivery_id, count(*) as rows_count
    from client
    group by delivery_id
),

measure as (
    select delivery_id, measure_code, toms_version, count(*) as measures_count
    from raw.portal_measure
    where delivery_id = any(%(delivery_ids)s)
    group by delivery_id, measure_code, toms_version
),

measure_figures as (
    select
        delivery_id,
        sum(measures_count)::bigint as measures_count,
        count(*) filter (where measures_count > 1) as repeated_measures_count
    from measure
    group by delivery_id
),

target_figures as (
    select
        delivery_id,
        count(*) as targets_count,
        count(*) filter (where project.is_awarded is null) as orphan_targets_count,
        count(*) filter (
            where project.is_awarded is not null and measure.measures_count is null
        ) as targets_without_measure_count,
        count(*) filter (where target.stage_key = 'award' and target.target_gbp < 0) as negative_award_targets_count
    from target
    left join project using (delivery_id, project_id)
    left join measure using (delivery_id, measure_code, toms_version)
    group by delivery_id
),

report_figures as (
    select
        delivery_id,
        count(*) as reports_count,
        count(*) filter (where project.is_awarded is null) as orphan_reports_count,
        count(*) filter (
            where project.is_awarded is not null and measure.measures_count is null
        ) as reports_without_measure_count,
        count(*) filter (where report.period_end_date > delivery.as_of_date) as reports_after_as_of_count
    from raw.portal_delivery as report
    join delivery using (delivery_id)
    left join project using (delivery_id, project_id)
    left join measure using (delivery_id, measure_code, toms_version)
    group by delivery_id
)

select
    delivery.delivery_id,
    coalesce(project_figures.projects_count, 0) as projects_count,
    coalesce(measure_figures.measures_count, 0) as measures_count,
    coalesce(target_figures.targets_count, 0) as targets_count,
    coalesce(report_figures.reports_count, 0) as reports_count,
    coalesce(client_figures.rows_count, 0)
    + coalesce(measure_figures.measures_count, 0)
    + coalesce(target_figures.targets_count, 0)
    + coalesce(report_figures.reports_count, 0)
    - delivery.lines_loaded as lines_difference,
    project_figures.projects_with_wrong_shares_count,
    project_figures.projects_with_repeated_clients_count,
    project_figures.contradictory_projects_count,
    project_figures.awarded_without_date_count,
    project_figures.awarded_without_date_count::float8 / project_figures.awarded_count as awarded_without_date_share,
    project_figures.awarded_without_value_count,
    project_figures.awarded_without_value_count::float8 / project_figures.awarded_count as awarded_without_value_share,
    project_figures.awarded_without_target_count,
    project_figures.implausible_secured_count,
    measure_figures.repeated_measures_count,
    target_figures.orphan_targets_count,
    target_figures.targets_without_measure_count,
    target_figures.negative_award_targets_count,
    report_figures.orphan_reports_count,
    report_figures.reports_without_measure_count,
    report_figures.reports_after_as_of_count
from delivery
left join project_figures using (delivery_id)
left join client_figures using (delivery_id)
left join measure_figures using (delivery_id)
left join target_figures using (delivery_id)
left join report_figures using (delivery_id)
order by delivery.delivery_id
