-- How postcodes are read: as they are written, and with the letters O and I put right where a digit belongs, the digits
-- 0 and 1 where a letter does. Each is one expression, which the planner puts in place of the call.

-- A postcode as it is written: upper case, without blanks, dots and other signs. Letters of other alphabets stay: without
-- them, what is no postcode could become one.
create function reference.postcode_as_written(written text) returns text
language sql immutable parallel safe
return nullif(regexp_replace(
    upper(written), '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000\ufeff]', '', 'g'
), '');

-- Whether a text without blanks is formed as postcodes are: an outward part, a digit, two letters. No area has I in
-- second place, no district of two signs begins with 0, and none ends with I or O. GIR (Girobank) and NPT (Newport
-- until 1984) are the outward parts without a digit.
create function reference.is_postcode(key text) returns boolean
language sql immutable parallel safe
return key ~ '^([A-Z][A-HJ-Z]?([0-9]|[1-9][0-9A-HJ-NP-Z])|GIR|NPT)[0-9][A-Z]{2}$';

-- What is formed wrongly, with O and 0, I and 1 exchanged where only one of the two can stand: a letter comes first, a
-- digit third from the end, and no outward part ends with I or O. The second of two is a digit; of four, the second is a
-- letter and the third a digit; of three, the second is never I, and is O after C, P and Y (areas CO, PO, YO; S01 is left
-- alone, it may be SO1 or S1).
create function reference.postcode_put_right(key text) returns text
language sql immutable parallel safe
return case length(key)
    when 5 then translate(left(key, 1), '01', 'OI') || translate(substr(key, 2, 2), 'OI', '01') || right(key, 2)
    when 6
        then translate(left(key, 1), '01', 'OI')
        || case when key ~ '^[CPY]0' then 'O' else translate(substr(key, 2, 1), 'I', '1') end
        || translate(substr(key, 3, 2), 'OI', '01') || right(key, 2)
    when 7
        then translate(left(key, 1), '01', 'OI') || translate(substr(key, 2, 1), '0', 'O')
        || translate(substr(key, 3, 3), 'OI', '01') || right(key, 2)
end;

-- A postcode as it is matched, whole. What is formed as a postcode stays as it is written, so that none becomes another;
-- so does what is no postcode even when put right.
create or replace function reference.postcode_key(written text) returns text
language sql immutable parallel safe
return case
    when reference.is_postcode(reference.postcode_as_written(written)) then reference.postcode_as_written(written)
    when reference.is_postcode(reference.postcode_put_right(reference.postcode_as_written(written)))
        then reference.postcode_put_right(reference.postcode_as_written(written))
    else reference.postcode_as_written(written)
end;
