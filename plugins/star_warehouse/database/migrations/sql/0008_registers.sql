-- The registers of companies and charities: reference data that is delivered, landed and checked like everything else.

alter table ops.source drop constraint source_kind_check;
alter table ops.source add constraint source_kind_check check (
    kind in ('spend', 'social_value', 'contracts', 'tenders', 'register')
);

-- A company number as it is compared: upper case, no blanks, eight characters. Zeros that a spreadsheet took away are put
-- back before the digits, after the letters of a prefix: sc12345 is SC012345. The millions of the register itself are
-- written so already.
create or replace function reference.company_number_key(written text) returns text
language sql immutable parallel safe
return case
    when written ~ '^[A-Z0-9]{8}$' then written
    when written ~ '^[[:space:]\u00a0]*[A-Za-z]{2}[[:space:]\u00a0]*[0-9]{1,5}[[:space:]\u00a0]*$'
        then regexp_replace(
            upper(written),
            '^[^A-Z]*([A-Z]{2})[^0-9]*([0-9]+)[^0-9]*$',
            '\1' || repeat('0', 6 - length(regexp_replace(written, '[^0-9]', '', 'g'))) || '\2'
        )
    else lpad(
        nullif(regexp_replace(upper(written), '[[:space:]\u00a0]+', '', 'g'), ''),
        greatest(8, length(regexp_replace(upper(written), '[[:space:]\u00a0]+', '', 'g'))),
        '0'
    )
end;

-- A charity number as it is compared: letters, digits and the hyphen of a linked charity. The number 0 behind the hyphen
-- stands for the charity itself.
create or replace function reference.charity_number_key(written text) returns text
language sql immutable parallel safe
return nullif(regexp_replace(regexp_replace(upper(written), '[^A-Z0-9-]', '', 'g'), '-0*$', ''), '');

-- A row is one company as the register of companies had it on the day of the delivery. Of the register's 55 columns
-- those that say which company it is, of what kind, whether it lives, how big it says it is and where it is registered.
create table raw.register_company (
    delivery_id          bigint not null,
    line_number          bigint not null,
    company_number       text not null,
    company_name         text,
    company_category     text,
    company_status       text,
    incorporation_date   date,
    dissolution_date     date,
    registered_postcode  text,
    accounts_category    text
);
create index register_company_by_delivery on raw.register_company
using brin (delivery_id) with (pages_per_range = 32, autosummarize = on);

-- A row is one charity, or one linked to it, as the register of charities had it on the day of the extract. Nothing of
-- its trustees and its correspondent, who are people.
create table raw.register_charity (
    delivery_id            bigint not null,
    line_number            bigint not null,
    charity_number         text not null,
    linked_charity_number  text,
    charity_name           text,
    charity_type           text,
    registration_status    text,
    removal_date           date,
    latest_income_gbp      numeric(18, 2),
    charity_postcode       text,
    company_number         text,
    is_cio                 text,
    extract_date           date not null
);
create index register_charity_by_delivery on raw.register_charity
using brin (delivery_id) with (pages_per_range = 32, autosummarize = on);
