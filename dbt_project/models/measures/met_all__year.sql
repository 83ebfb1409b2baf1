{#- The measures of an award year: measure, model, numerator, denominator, cohort and row filter. -#}
{%- set award_year_measures = [
    ('S1', 'met_s1__secured', 'secured_gbp', 'null', "'all'", "theme = 'all'"),
    ('S2', 'met_s2__secured_pct', 'secured_gbp', 'contract_value_gbp', "'all'", "theme = 'all'"),
    ('S2b', 'met_s2__secured_pct', 'secured_gbp', 'register_value_gbp', "'all'", "theme = 'all'"),
    ('S3', 'met_s3__delivered', 'validated_gbp', 'null', "'all'", "theme = 'all'"),
    ('S3b', 'met_s3__delivered', 'reported_not_validated_gbp', 'null', "'all'", "theme = 'all'"),
    ('S4', 'met_s4__lifetime_delivery', 'validated_gbp', 'secured_gbp', "'all'", "theme = 'all'"),
    ('W1', 'met_w1__weighting', 'numerator', 'denominator', "'all'", "measure_id = 'W1'"),
    ('W1v', 'met_w1__weighting', 'numerator', 'denominator', "'all'", "measure_id = 'W1v'"),
    ('W2', 'met_w1__weighting', 'numerator', 'denominator', "'all'", "measure_id = 'W2'"),
    ('B1', 'met_b1__bid_share', 'cohort_bids_count', 'known_bids_count', 'cohort', 'true'),
    ('B2', 'met_b2__win_share', 'cohort_wins_count', 'known_wins_count', 'cohort', 'true'),
    ('B3', 'met_b3__success_rate', 'cohort_wins_count', 'cohort_bids_count', 'cohort', 'true'),
] -%}
{%- set headline_cell -%}
    quarter = 'FY'
    and scope = 'influenceable'
    and threshold_basis = 'supplier_year'
    and location_basis = 'remit'
    and series = 'as_at_membership'
{%- endset -%}
{%- for measure_id, model in [
    ('R1', 'met_r1__own_borough'), ('R2', 'met_r2__star_boroughs'), ('R3', 'met_r3__gm')
] %}
select
    '{{ measure_id }}' as measure_id,
    partner_code,
    financial_year,
    fy_start_date,
    'all' as cohort,
    numerator_gbp::numeric as numerator,
    denominator_gbp::numeric as denominator,
    -- A year of which a partner has delivered nothing yet says nothing, nor does it keep those before from answering.
    case
        when
            status <> 'incomplete'
            and fy_start_date > max(fy_start_date) filter (where denominator_gbp is not null) over (
                partition by partner_code
            )
            then null
        else status <> 'incomplete' and located_lines_count > 0
    end as is_answered,
    status,
    is_sample
from {{ ref(model) }}
where
    {{ headline_cell }}
    {%- if measure_id == 'R3' %}
    -- A partner outside Greater Manchester is shown with its own ring, not with this one.
    and partner_code in (
        select row_group.row_partner_code
        from {{ ref('int_partner__row_group') }} as row_group
        inner join {{ ref('partner') }} as partner on row_group.partner_code = partner.partner_code
        where partner.city_region_code = 'gm'
    )
    {%- endif %}
union all
{%- endfor %}
select
    'R5' as measure_id,
    row_group as partner_code,
    financial_year,
    fy_start_date,
    'all' as cohort,
    located_gbp::numeric as numerator,
    denominator_gbp::numeric as denominator,
    status <> 'incomplete' as is_answered,
    status,
    is_sample
from {{ ref('met_r5__location_coverage') }}
where
    {{ headline_cell }}
    and row_group not like 'all:%'
{%- for measure_id, model, numerator, denominator, cohort, filter in award_year_measures %}
union all
select
    '{{ measure_id }}' as measure_id,
    partner_code,
    financial_year,
    fy_start_date,
    {{ cohort }} as cohort,
    {{ numerator }}::numeric as numerator,
    {{ denominator }}::numeric as denominator,
    true as is_answered,
    case when fy_start_date + interval '1 year - 1 day' <= as_of_date then 'final' else 'provisional' end as status,
    is_sample
from {{ ref(model) }}
where {{ filter }}
{%- endfor %}
