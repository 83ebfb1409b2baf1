-- Each row is one spend delivery that waits for its verdict, with how it differs from its source's own earlier months.
-- Months are those of payment, so that the file of a year is judged by the months in it. A month is held against those
-- of the twelve months before it that the source's current deliveries, or those that wait beside it, have; a column is
-- NULL where these are fewer than six (docs/decisions/0009-learned-bands.md).
with judged as (
    select delivery_id, source_id, period_start_date, period_end_date
    from ops.delivery
    where delivery_id = any(%(delivery_ids)s)
),

known as (
    select delivery_id, state = 'loaded' as is_current
    from ops.delivery
    where
        delivery_id = any(%(delivery_ids)s)
        or (
            state = 'loaded'
            and source_id = (select min(source_id) from judged)
            and period_end_date >= (select min(period_start_date) from judged) - interval '12 months'
            and period_start_date < (select max(period_end_date) from judged)
        )
),

-- Distinct names and postcodes are matched, not lines.
name as materialized (
    select distinct supplier_name from raw.spend_line where delivery_id in (select delivery_id from known)
),

supplier as materialized (
    select
        supplier_name,
        regexp_replace(lower(supplier_name), '[^a-z0-9]', '', 'g') as name_key,
        coalesce(reference.squeezed(supplier_name) ~* %(redaction)s, false) as is_redacted
    from name
    where supplier_name is not null
),

written_postcode as materialized (
    select distinct remit_postcode from raw.spend_line where delivery_id in (select delivery_id from known)
),

located as materialized (
    select remit_postcode
    from written_postcode
    where (select gss_code from reference.postcode where postcode_key = reference.postcode_key(remit_postcode)) is not null
),

line as materialized (
    select
        spend_line.delivery_id,
        date_trunc('month', spend_line.payment_date)::date as month,
        spend_line.payment_date,
        spend_line.supplier_ref,
        supplier.name_key,
        coalesce(spend_line.amount_net_gbp, spend_line.amount_gross_gbp) as amount_gbp,
        abs(coalesce(spend_line.amount_net_gbp, spend_line.amount_gross_gbp)) as size_gbp,
        spend_line.amount_net_gbp is null as is_without_net,
        coalesce(supplier.is_redacted, false) as is_redacted,
        located.remit_postcode is not null as is_located,
        -- The columns that a figure rests on: 1 where filled.
        num_nonnulls(spend_line.supplier_name) as has_supplier_name,
        num_nonnulls(spend_line.supplier_ref) as has_supplier_ref,
        num_nonnulls(spend_line.company_number) as has_company_number,
        num_nonnulls(spend_line.remit_postcode) as has_remit_postcode,
        num_nonnulls(spend_line.transaction_number) as has_transaction_number,
        num_nonnulls(spend_line.purpose) as has_purpose,
        num_nonnulls(spend_line.category_label) as has_category_label,
        num_nonnulls(spend_line.department) as has_department,
        num_nonnulls(spend_line.contract_ref) as has_contract_ref,
        num_nonnulls(spend_line.amount_net_gbp) as has_amount_net_gbp
    from raw.spend_line
    left join supplier using (supplier_name)
    left join located using (remit_postcode)
    where spend_line.delivery_id in (select delivery_id from known)
),

month_figures as (
    select
        delivery_id,
        month,
        count(*) as lines_count,
        sum(amount_gbp) as amount_gbp,
        sum(size_gbp) as size_gbp,
        percentile_cont(0.5) within group (order by size_gbp) as line_size_gbp,
        (count(*) filter (where amount_gbp < 0))::float8 / count(*) as negative_share,
        coalesce((sum(size_gbp) filter (where is_redacted) / nullif(sum(size_gbp), 0))::float8, 0) as redacted_share,
        (
            coalesce(sum(size_gbp) filter (where not is_redacted and not is_located), 0)
            / nullif(sum(size_gbp) filter (where not is_redacted), 0)
        )::float8 as unknown_share,
        coalesce((sum(size_gbp) filter (where is_without_net) / nullif(sum(size_gbp), 0))::float8, 0)
            as without_net_share,
        avg(has_supplier_name)::float8 as has_supplier_name,
        avg(has_supplier_ref)::float8 as has_supplier_ref,
        avg(has_company_number)::float8 as has_company_number,
        avg(has_remit_postcode)::float8 as has_remit_postcode,
        avg(has_transaction_number)::float8 as has_transaction_number,
        avg(has_purpose)::float8 as has_purpose,
        avg(has_category_label)::float8 as has_category_label,
        avg(has_department)::float8 as has_department,
        avg(has_contract_ref)::float8 as has_contract_ref,
        avg(has_amount_net_gbp)::float8 as has_amount_net_gbp
    from line
    group by delivery_id, month
),

paying_day as (
    select distinct delivery_id, month, payment_date
    from line
),

-- Days without a payment between two days with one, and to either end of the month.
gap as (
    select
        delivery_id,
        month,
        payment_date - coalesce(
            lag(payment_date) over (partition by delivery_id, month order by payment_date), month - 1
        ) - 1 as before_days,
        (month + interval '1 month')::date - payment_date - 1 as to_end_days,
        row_number() over (partition by delivery_id, month order by payment_date desc) = 1 as is_last
    from paying_day
),

month_gap as (
    select
        delivery_id,
        month,
        greatest(max(before_days), max(to_end_days) filter (where is_last)) as gap_days
    from gap
    group by delivery_id, month
),

-- A month has one delivery; where a new one waits to replace the current one, the new one.
newest as (
    select distinct on (month_figures.month) month_figures.month, month_figures.delivery_id, known.is_current
    from month_figures
    inner join known using (delivery_id)
    order by month_figures.month, month_figures.delivery_id desc
),

-- What is compared; amounts and numbers of lines by their logarithms, because they differ by factors.
measured as (
    select month_figures.delivery_id, month_figures.month, measure.name, measure.reading
    from month_figures
    inner join month_gap using (delivery_id, month)
    cross join lateral (
        values
        ('lines', ln(month_figures.lines_count::float8)),
        ('amount', case when month_figures.amount_gbp > 0 then ln(month_figures.amount_gbp::float8) end),
        ('line_size', case when month_figures.line_size_gbp > 0 then ln(month_figures.line_size_gbp) end),
        ('negative', month_figures.negative_share),
        ('redacted', month_figures.redacted_share),
        ('unknown', month_figures.unknown_share),
        ('without_net', month_figures.without_net_share),
        ('gap', month_gap.gap_days::float8)
    ) as measure (name, reading)
    where measure.reading is not null
),

usual as (
    select
        own.delivery_id,
        own.month,
        own.name,
        own.reading,
        count(*) as history_count,
        percentile_cont(0.5) within group (order by past.reading) as median,
        array_agg(past.reading) as readings,
        -- What is current was accepted, by the checks or by a person: it is not asked about again.
        coalesce(
            own.reading between
            min(past.reading) filter (where newest.is_current) and max(past.reading) filter (where newest.is_current),
            false
        ) as has_precedent
    from measured as own
    inner join judged using (delivery_id)
    inner join measured as past
        on
            own.name = past.name
            and past.month < own.month
            and past.month >= own.month - interval '12 months'
    inner join newest on past.month = newest.month and past.delivery_id = newest.delivery_id
    group by own.delivery_id, own.month, own.name, own.reading
    having count(*) >= 6
),

-- By how many of its usual spreads a logarithm differs from the median, or by how much a share or a gap does.
compared as (
    select
        usual.*,
        usual.reading - usual.median as difference,
        case when usual.has_precedent then 0 else (usual.reading - usual.median) / greatest(0.2, spread.sigma) end
            as deviation,
        case when usual.has_precedent then 0 else usual.reading - usual.median end as rise
    from usual
    cross join lateral (
        select 1.4826 * percentile_cont(0.5) within group (order by abs(reading - usual.median)) as sigma
        from unnest(usual.readings) as reading
    ) as spread
),

furthest as (
    select distinct on (compared.delivery_id, compared.name) compared.*, month_figures.lines_count, month_figures.amount_gbp
    from compared
    inner join month_figures using (delivery_id, month)
    order by
        compared.delivery_id,
        compared.name,
        case when compared.name in ('lines', 'amount') then abs(compared.deviation) else compared.rise end desc,
        compared.month
),

-- Pounds and the usual line moved together, and as far as the one that moved less.
scale as (
    select distinct on (amount.delivery_id)
        amount.delivery_id,
        amount.month,
        exp(
            case
                when sign(amount.difference) <> sign(line_size.difference) then 0
                else sign(amount.difference) * least(abs(amount.difference), abs(line_size.difference))
            end
        ) as ratio
    from compared as amount
    inner join compared as line_size using (delivery_id, month)
    where amount.name = 'amount' and line_size.name = 'line_size'
    order by amount.delivery_id, least(abs(amount.difference), abs(line_size.difference)) desc
),

band as (
    select
        delivery_id,
        max(deviation) filter (where name = 'lines') as lines_deviation,
        max(to_char(month, 'YYYY-MM')) filter (where name = 'lines') as lines_month,
        max(lines_count) filter (where name = 'lines') as lines_of_month_count,
        max(round(exp(median))) filter (where name = 'lines') as lines_usual_count,
        max(deviation) filter (where name = 'amount') as amount_deviation,
        max(to_char(month, 'YYYY-MM')) filter (where name = 'amount') as amount_month,
        max(amount_gbp) filter (where name = 'amount') as amount_of_month_gbp,
        max(exp(median)) filter (where name = 'amount') as amount_usual_gbp,
        max(rise) filter (where name = 'negative') as negative_rise_share,
        max(to_char(month, 'YYYY-MM')) filter (where name = 'negative') as negative_month,
        max(reading) filter (where name = 'negative') as negative_of_month_share,
        max(median) filter (where name = 'negative') as negative_usual_share,
        max(rise) filter (where name = 'redacted') as redacted_rise_share,
        max(to_char(month, 'YYYY-MM')) filter (where name = 'redacted') as redacted_month,
        max(reading) filter (where name = 'redacted') as redacted_of_month_share,
        max(median) filter (where name = 'redacted') as redacted_usual_share,
        max(rise) filter (where name = 'unknown') as unknown_rise_share,
        max(to_char(month, 'YYYY-MM')) filter (where name = 'unknown') as unknown_month,
        max(reading) filter (where name = 'unknown') as unknown_of_month_share,
        max(median) filter (where name = 'unknown') as unknown_usual_share,
        max(rise) filter (where name = 'without_net') as without_net_rise_share,
        max(to_char(month, 'YYYY-MM')) filter (where name = 'without_net') as without_net_month,
        max(reading) filter (where name = 'without_net') as without_net_of_month_share,
        max(median) filter (where name = 'without_net') as without_net_usual_share,
        max(rise) filter (where name = 'gap') as gap_rise_days,
        max(to_char(month, 'YYYY-MM')) filter (where name = 'gap') as gap_month,
        max(reading) filter (where name = 'gap') as gap_of_month_days,
        max(median) filter (where name = 'gap') as gap_usual_days
    from furthest
    group by delivery_id
),

vendor_month as (
    select delivery_id, month, supplier_ref, name_key, count(*) as lines_count, max(size_gbp) as largest_gbp
    from line
    where supplier_ref is not null and name_key is not null and not is_redacted
    group by delivery_id, month, supplier_ref, name_key
),

past_vendor as (
    select vendor_month.month, vendor_month.supplier_ref, vendor_month.name_key, vendor_month.lines_count, vendor_month.largest_gbp
    from vendor_month
    inner join newest using (delivery_id, month)
),

-- A supplier's number and name in a month, and what the months before know of the number.
vendor as (
    select
        own.delivery_id,
        own.month,
        own.supplier_ref,
        own.name_key,
        own.largest_gbp,
        count(past.supplier_ref) = 0 as is_new,
        not bool_or(own.name_key = past.name_key) as is_renamed,
        own.largest_gbp >= 25000 and sum(past.lines_count) >= 6 and own.largest_gbp >= 50 * max(past.largest_gbp)
            as is_out_of_scale
    from vendor_month as own
    inner join judged using (delivery_id)
    left join past_vendor as past
        on
            own.supplier_ref = past.supplier_ref
            and past.month < own.month
            and past.month >= own.month - interval '12 months'
    group by own.delivery_id, own.month, own.supplier_ref, own.name_key, own.largest_gbp
),

vendor_figures as (
    select
        vendor.delivery_id,
        vendor.month,
        count(distinct vendor.supplier_ref) as numbers_count,
        count(distinct vendor.supplier_ref) filter (where vendor.is_new) as new_count,
        count(distinct vendor.supplier_ref) filter (where not vendor.is_new) as known_count,
        count(distinct vendor.supplier_ref) filter (where vendor.is_renamed) as renamed_count,
        coalesce(sum(vendor.largest_gbp) filter (where vendor.is_out_of_scale), 0) as out_of_scale_gbp
    from vendor
    where (
        select count(*) from newest
        where newest.month < vendor.month and newest.month >= vendor.month - interval '12 months'
    ) >= 6
    group by vendor.delivery_id, vendor.month
),

-- Among a handful of suppliers, one says nothing.
renamed as (
    select distinct on (delivery_id)
        delivery_id,
        to_char(month, 'YYYY-MM') as month,
        known_count,
        renamed_count,
        renamed_count::float8 / known_count as share
    from vendor_figures
    where known_count >= 20
    order by delivery_id, share desc, vendor_figures.month
),

new_number as (
    select distinct on (delivery_id)
        delivery_id,
        to_char(month, 'YYYY-MM') as month,
        numbers_count,
        new_count,
        new_count::float8 / numbers_count as share
    from vendor_figures
    where numbers_count >= 20
    order by delivery_id, share desc, vendor_figures.month
),

out_of_scale as (
    select distinct on (delivery_id)
        vendor_figures.delivery_id,
        to_char(vendor_figures.month, 'YYYY-MM') as month,
        vendor_figures.out_of_scale_gbp,
        (vendor_figures.out_of_scale_gbp / month_figures.size_gbp)::float8 as share
    from vendor_figures
    inner join month_figures using (delivery_id, month)
    where month_figures.size_gbp > 0
    order by vendor_figures.delivery_id, share desc, vendor_figures.month
),

filled as (
    select month_figures.delivery_id, month_figures.month, month_figures.lines_count, field.name, field.share
    from month_figures
    cross join lateral (
        values
        ('supplier_name', month_figures.has_supplier_name),
        ('supplier_ref', month_figures.has_supplier_ref),
        ('company_number', month_figures.has_company_number),
        ('remit_postcode', month_figures.has_remit_postcode),
        ('transaction_number', month_figures.has_transaction_number),
        ('purpose', month_figures.has_purpose),
        ('category_label', month_figures.has_category_label),
        ('department', month_figures.has_department),
        ('contract_ref', month_figures.has_contract_ref),
        ('amount_net_gbp', month_figures.has_amount_net_gbp)
    ) as field (name, share)
),

-- Against the month just before, so that a column that went for good is asked about once.
gone_blank as (
    select
        own.delivery_id,
        string_agg(
            distinct own.name || ' (' || to_char(own.month, 'YYYY-MM') || ')', ', '
        ) as columns_gone_blank
    from filled as own
    inner join judged using (delivery_id)
    inner join lateral (
        select newest.month, newest.delivery_id
        from newest
        where newest.month < own.month and newest.month >= own.month - interval '12 months'
        order by newest.month desc
        limit 1
    ) as last_one on true
    inner join filled as past
        on last_one.delivery_id = past.delivery_id and last_one.month = past.month and own.name = past.name
    where past.share >= 0.5 and own.share < 0.05 and least(own.lines_count, past.lines_count) >= 20
    group by own.delivery_id
)

select
    judged.delivery_id,
    band.lines_deviation,
    band.lines_month,
    band.lines_of_month_count,
    band.lines_usual_count,
    band.amount_deviation,
    band.amount_month,
    band.amount_of_month_gbp,
    band.amount_usual_gbp,
    scale.ratio as scale_ratio,
    to_char(scale.month, 'YYYY-MM') as scale_month,
    band.negative_rise_share,
    band.negative_month,
    band.negative_of_month_share,
    band.negative_usual_share,
    band.redacted_rise_share,
    band.redacted_month,
    band.redacted_of_month_share,
    band.redacted_usual_share,
    case when source.extract = 'internal' then band.unknown_rise_share end as unknown_rise_share,
    band.unknown_month,
    band.unknown_of_month_share,
    band.unknown_usual_share,
    case when source.vat_basis = 'both' then band.without_net_rise_share end as without_net_rise_share,
    band.without_net_month,
    band.without_net_of_month_share,
    band.without_net_usual_share,
    band.gap_rise_days,
    band.gap_month,
    band.gap_of_month_days,
    band.gap_usual_days,
    renamed.share as renamed_suppliers_share,
    renamed.month as renamed_month,
    renamed.renamed_count as renamed_suppliers_count,
    renamed.known_count as known_suppliers_count,
    new_number.share as new_suppliers_share,
    new_number.month as new_suppliers_month,
    new_number.new_count as new_suppliers_count,
    new_number.numbers_count as suppliers_count,
    out_of_scale.share as out_of_scale_amount_share,
    out_of_scale.month as out_of_scale_month,
    out_of_scale.out_of_scale_gbp,
    gone_blank.columns_gone_blank
from judged
inner join ops.source using (source_id)
left join band using (delivery_id)
left join scale using (delivery_id)
left join renamed using (delivery_id)
left join new_number using (delivery_id)
left join out_of_scale using (delivery_id)
left join gone_blank using (delivery_id)
order by judged.delivery_id
