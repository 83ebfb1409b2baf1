-- What a person states of somebody (registered name, company number, charity number) is a record, too, that nobody pays.
alter table ops.supplier_record drop constraint supplier_record_origin_check;
alter table ops.supplier_record add constraint supplier_record_origin_check check (
    origin in ('spend', 'contracts', 'tenders', 'social_value', 'person')
);

-- A question may be about one record: who is it? The other record, and the weight, are then null.
alter table ops.supplier_question drop constraint supplier_question_pkey;
alter table ops.supplier_question
    alter column record_key_r drop not null,
    alter column weight drop not null,
    add constraint one_question unique nulls not distinct (record_key_l, record_key_r),
    add constraint a_score_is_of_two check (record_key_r is not null or weight is null);
