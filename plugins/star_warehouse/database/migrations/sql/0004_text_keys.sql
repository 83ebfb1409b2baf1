-- How texts are compared, said once for the checks at the door and for the models. Each is one expression, which the
-- planner puts in place of the call.

-- A text as labels, codes and names are compared: lower case, blanks (the non-breaking one too) squeezed.
create function reference.squeezed(written text) returns text
language sql immutable parallel safe
return nullif(btrim(regexp_replace(lower(written), '[[:space:]\u00a0]+', ' ', 'g')), '');

-- A postcode as it is matched: whole, upper case, letters and digits only.
create function reference.postcode_key(written text) returns text
language sql immutable parallel safe
return nullif(regexp_replace(upper(written), '[^A-Z0-9]', '', 'g'), '');
