-- compatible
-- Several jobs that belong together: one call for each picture, a set that a route makes in steps, a bulk of thousands.

create table job_sets (
  id text not null primary key,
  project_id text not null references projects (id),
  key_id text references api_keys (id),
  kind text not null check (kind in ('fanout', 'series', 'bulk')),
  name text,
  shape text not null check (shape in ('unified', 'native', 'task')),
  state text not null check (state in ('open', 'paused', 'cancelled', 'ended')),
  -- Why it was paused by itself.
  pause_reason text,
  -- What all its jobs have in common, encrypted.
  sealed text not null check (sealed like 'v1.%'),
  base_url text not null,
  total integer not null check (total >= 1),
  idempotency_key text,
  fingerprint text not null check (length(fingerprint) = 64),
  webhook_id text,
  webhook_events_json text,
  created_at_ms bigint not null check (created_at_ms >= 0),
  ended_at_ms bigint,
  check ((ended_at_ms is null) = (state in ('open', 'paused')))
);
create unique index job_sets_by_key on job_sets (project_id, idempotency_key) where idempotency_key is not null;
create index job_sets_by_project on job_sets (project_id, id);
create index job_sets_open on job_sets (id) where ended_at_ms is null;

create table job_set_items (
  set_id text not null references job_sets (id),
  place integer not null check (place >= 0),
  -- What the caller calls it.
  label text,
  -- Its own part of what is to be made, encrypted.
  sealed text not null check (sealed like 'v1.%'),
  state text not null check (state in ('waiting', 'queued', 'refused', 'cancelled')),
  job_id text references jobs (id),
  -- Why no job was made of it.
  error_json text,
  check ((job_id is not null) = (state = 'queued')),
  primary key (set_id, place)
);
create index job_set_items_waiting on job_set_items (set_id, place) where state = 'waiting';
create unique index job_set_items_by_job on job_set_items (job_id) where job_id is not null;
