-- Each row is one spend delivery that waits for its verdict, with what can be said of it by itself.
-- A column is NULL where it does not apply (no control total, a published extract, one VAT basis only).
with delivery as (
    select
        delivery.delivery_id,
        delivery.period_start_date,
        delivery.period_end_date,
        delivery.lines_loaded,
        delivery.lines_rejected,
        delivery.control_total_gbp,
        source.extract,
        source.vat_basis
    from ops.delivery
    join ops.source using (source_id)
    where delivery.delivery_id = any(%(delivery_ids)s)
),

-- Distinct names and postcodes are matched, not lines.
name as materialized (
    select distinct supplier_name from raw.spend_line where delivery_id = any(%(delivery_ids)s)
),

redacted_name as materialized (
    select supplier_name
    from name
    where reference.squeezed(supplier_name) ~* %(redaction)s
),

written_postcode as materialized (
    select distinct remit_postcode from raw.spend_line where delivery_id = any(%(delivery_ids)s)
),

located as materialized (
    select remit_postcode
    from written_postcode
    where (select gss_code from reference.postcode where postcode_key = reference.postcode_key(remit_postcode)) is not null
),

line as (
    select
        spend_line.*,
        coalesce(spend_line.amount_net_gbp, spend_line.amount_gross_gbp) as amount_gbp,
        abs(coalesce(spend_line.amount_net_gbp, spend_line.amount_gross_gbp)) as size_gbp,
        redacted_name.supplier_name is not null as is_redacted,
        located.remit_postcode is not null as is_located
    from raw.spend_line
    left join redacted_name using (supplier_name)
    left join located using (remit_postcode)
    where spend_line.delivery_id = any(%(delivery_ids)s)
),

figures as (
    select
        delivery_id,
        count(*) as lines_count,
        sum(amount_gbp) as amount_gbp,
        sum(amount_net_gbp) as amount_net_gbp,
        sum(amount_gross_gbp) as amount_gross_gbp,
        (count(*) filter (where amount_gbp < 0))::float8 / count(*) as negative_lines_share,
        (count(*) filter (where supplier_name is null))::float8 / count(*) as supplier_blank_share,
        (count(*) filter (where transaction_number is null))::float8 / count(*) as transaction_blank_share,
        count(distinct regexp_replace(lower(organisation), '[^a-z0-9]', '', 'g')) as organisations_count,
        (sum(size_gbp) filter (where is_redacted) / nullif(sum(size_gbp), 0))::float8 as redacted_amount_share,
        (
            sum(size_gbp) filter (where not is_redacted and not is_located)
            / nullif(sum(size_gbp) filter (where not is_redacted), 0)
        )::float8 as unknown_amount_share,
        (
            sum(abs(amount_gross_gbp)) filter (where amount_net_gbp is not null)
            / nullif(sum(abs(amount_net_gbp)) filter (where amount_gross_gbp is not null), 0)
        )::float8 as gross_to_net_ratio,
        count(*) filter (where amount_net_gbp is null) as without_net_lines_count,
        (count(*) filter (where amount_net_gbp is null))::float8 / count(*) as without_net_lines_share,
        (sum(size_gbp) filter (where amount_net_gbp is null) / nullif(sum(size_gbp), 0))::float8
            as without_net_amount_share,
        (
            count(*) filter (where upper(btrim(supplier_name)) in ('NA', 'N/A', '#N/A', 'NAN', 'NULL', 'NONE', '-'))
        )::float8 / count(*) as null_word_names_share,
        -- What is left when text of one encoding is read as another: U+FFFD, or UTF-8 read as cp1252.
        count(*) filter (where supplier_name ~ '\ufffd|â€|Ã[\u0080-\u00bf]|Â[\u0080-\u00bf]') as garbled_names_count,
        count(*) filter (where invoice_number ~* '^[0-9](\.[0-9]+)?E\+[0-9]+$') as mangled_invoices_count,
        count(distinct date_trunc('month', payment_date)) as months_with_lines_count,
        -- A line that is as much as all others together; of two or three lines one may well be.
        (
            count(*) > 3
            and sum(amount_gbp) <> 0
            and sum(amount_gbp) in (2 * max(amount_gbp), 2 * min(amount_gbp))
        )::int as grand_total_lines_count
    from line
    group by delivery_id
),

identical as (
    select
        delivery_id,
        date_trunc('month', payment_date) as month,
        count(*) as copies_count
    from raw.spend_line
    where delivery_id = any(%(delivery_ids)s)
    group by
        delivery_id, organisation, department, supplier_name, supplier_ref, company_number, charity_number, vat_number,
        remit_postcode, registered_postcode, payment_date, transaction_number, invoice_number, amount_net_gbp,
        amount_gross_gbp, vat_irrecoverable_gbp, purpose, category_label, category_code, contract_ref
),

-- By month of payment, so that one month twice shows in the file of a year; among a handful of lines, two alike say
-- nothing.
doubled_month as (
    select
        delivery_id,
        month,
        (coalesce(sum(copies_count) filter (where copies_count %% 2 = 0), 0) / sum(copies_count))::float8 as share
    from identical
    group by delivery_id, month
    having sum(copies_count) >= 20
),

doubled as (
    select distinct on (delivery_id)
        delivery_id,
        to_char(month, 'YYYY-MM') as month,
        share
    from doubled_month
    order by delivery_id, share desc, doubled_month.month
)

select
    delivery.delivery_id,
    coalesce(figures.lines_count, 0) as lines_count,
    coalesce(figures.lines_count, 0) - delivery.lines_loaded as lines_difference,
    -- The file's own total is of its net or of its gross amounts; rejected lines are part of it, but not of raw.
    case
        when delivery.lines_rejected > 0 then null
        when delivery.control_total_gbp in (figures.amount_net_gbp, figures.amount_gross_gbp) then 0
        else figures.amount_gbp - delivery.control_total_gbp
    end as control_difference_gbp,
    figures.amount_gbp,
    figures.negative_lines_share,
    figures.supplier_blank_share,
    -- Where no line has one, the source has none; that it had them before is seen in its history.
    nullif(figures.transaction_blank_share, 1) as transaction_blank_share,
    figures.organisations_count,
    coalesce(figures.redacted_amount_share, 0) as redacted_amount_share,
    case when delivery.extract = 'internal' then coalesce(figures.unknown_amount_share, 0) end as unknown_amount_share,
    case when delivery.vat_basis = 'both' then figures.gross_to_net_ratio end as gross_to_net_ratio,
    case when delivery.vat_basis = 'both' then coalesce(figures.without_net_lines_count, 0) end as without_net_lines_count,
    case when delivery.vat_basis = 'both' then coalesce(figures.without_net_lines_share, 0) end as without_net_lines_share,
    case when delivery.vat_basis = 'both' then coalesce(figures.without_net_amount_share, 0) end
        as without_net_amount_share,
    figures.null_word_names_share,
    figures.garbled_names_count,
    figures.mangled_invoices_count,
    figures.grand_total_lines_count,
    doubled.share as doubled_lines_share,
    doubled.month as doubled_month,
    (
        12 * (extract(year from delivery.period_end_date) - extract(year from delivery.period_start_date))
        + extract(month from delivery.period_end_date) - extract(month from delivery.period_start_date)
        + 1 - figures.months_with_lines_count
    )::bigint as months_without_lines_count
from delivery
left join figures using (delivery_id)
left join doubled using (delivery_id)
order by delivery.delivery_id
