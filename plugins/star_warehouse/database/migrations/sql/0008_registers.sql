-- The registers of companies and charities: reference data that is delivered, landed and checked like everything else.

alter table ops.source drop constraint source_kind_check;
alter table ops.source add constraint source_kind_check check (
    kind in ('spend', 'social_value', 'contracts', 'tenders', 'register')
);

-- A number of a register as somebody wrote it: upper case, no blanks, without what says which register it is of (GB/,
-- GB-COH-, GB-CHC-).
create function reference.register_number(written text) returns text
language sql immutable parallel safe
return regexp_replace(
    regexp_replace(upper(written), '[[:space:]\u00a0]+', '', 'g'), '^(GB[/-])?((COH|CHC)[/-])?', ''
);

-- A company number in its one form of eight characters, from a number of register_number: digits, or two letters and
-- digits; societies and Scottish partnerships may end with letters. Zeros that a spreadsheet took away are put back
-- before the digits, after the letters: SC12345 is SC012345. Whatever has no such form (N/A, NONE, TBC, a VAT number) and
-- nothing but noughts is no number: NULL. The prefixes are those of Companies House, and ZZ of the invented companies.
create function reference.company_number_form(number text) returns text
language sql immutable parallel safe
return case
    when number !~ '[1-9]' then null
    when number ~ '^[0-9]{1,8}$' then lpad(number, 8, '0')
    when
        number ~ (
            '^(AC|CE|CS|ES|FC|FE|GE|GN|GS|IC|IP|LP|NA|NC|NF|NI|NL|NO|NP|NR|NV|NZ|OC|OE|PC|R0|RC|RS|SA|SC|SE|SF|SG|SI|SL'
            || '|SO|SP|SR|SZ|ZC|ZZ)[0-9]{1,6}$'
        )
        or number ~ '^(IP|NO|NP|RS|SL|SP)(?=.{2,6}$)[0-9]+[A-Z]{1,2}$'
        then left(number, 2) || lpad(substr(number, 3), 6, '0')
end;

-- A company number as it is compared; NULL if it is none. The millions of the register itself are written in full, and
-- most of them in digits alone: those need no second look.
create function reference.company_number_key(written text) returns text
language sql immutable parallel safe
return case
    when written ~ '^[0-9]{8}$' and written <> '00000000' then written
    else reference.company_number_form(reference.register_number(written))
end;

-- A charity number as it is compared; NULL if it is none. England and Wales: six or seven digits, with a hyphen and the
-- number of a linked charity (0 stands for the charity itself); Scotland: SC0 and five digits; Northern Ireland: NI1 or
-- NIC1 and five digits. The invented charities have seven digits.
create function reference.charity_number_key(written text) returns text
language sql immutable parallel safe
return substring(
    regexp_replace(regexp_replace(reference.register_number(written), '[^A-Z0-9-]', '', 'g'), '-0*$', ''),
    '^((?!0*(-|$))[0-9]{6,7}(?:-[0-9]+)?|SC0(?!0+$)[0-9]{5}|NIC?1[0-9]{5})$'
);

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
