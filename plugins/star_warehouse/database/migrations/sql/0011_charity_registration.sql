-- A charity is one from the day of its registration. Editions taken in before have no such day: NULL says nothing.
alter table raw.register_charity add column registration_date date;
