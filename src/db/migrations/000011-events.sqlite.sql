
create table events (
  -- Order of happening: what a listener names to go on from there.
  seq integer not null primary key autoincrement,
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
