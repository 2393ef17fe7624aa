/** What one would write by hand in place of the store: a table with one value a row, and a trigger that tells of each change. */
export const rawTables = `
  create table raw (id integer primary key, value integer not null);
  insert into raw select id, 0 from generate_series(1, 1000) as id;
  create function tell() returns trigger language plpgsql as $$ begin
    perform pg_notify('raw', new.id::text);
    return null;
  end $$;
  create trigger tell after update on raw for each row execute function tell();
  create table plain (id bigint generated always as identity primary key, value integer not null);
  create table told (id bigint generated always as identity primary key, value integer not null);
  create trigger tell after insert on told for each row execute function tell();
  create table unrelated (id bigint generated always as identity primary key, value integer not null)`

export const environment = 'checkout/production'

/** Milliseconds on the clock that all processes of the machine share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
