
create table events (
  -- Order of happening: what a listener names to go on from there.
  seq bigint not null primary key,
  id text not null unique,
  project_id text not null references projects (id),
  -- The job, or whatever else, that it happened to.
  subject_id text not null check (subject_id <> ''),
  type text not null check (type <> ''),
  at_ms bigint not null check (at_ms >= 0),
  data_json text not null,
  -- When every receiver that is to be told had its message made; null while that is to be done.
  handed_out_at_ms bigint
);
create index events_by_subject on events (subject_id, seq);
create index events_by_project on events (project_id, seq);
create index events_to_hand_out on events (seq) where handed_out_at_ms is null;

-- Numbers in the order of commits, as far as a project goes: whoever takes one holds the project's lock until its transaction ends, so a listener that
-- goes on after the last number it saw misses nothing.
create sequence events_seq owned by events.seq;
create function number_event() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('events ' || new.project_id, 0));
  new.seq := nextval('events_seq');
  return new;
end;
$$;
create trigger events_are_numbered before insert on events for each row execute function number_event();
