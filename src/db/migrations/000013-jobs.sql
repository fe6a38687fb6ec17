-- compatible
-- Generations that nobody waits for: they are queued first, and told of afterwards.

alter table generations add column started_at_ms bigint;

create index generations_queued on generations (id) where status = 'queued';
create index generations_started on generations (project_id, started_at_ms) where started_at_ms is not null;

create table jobs (
  -- A job is its generation.
  id text not null primary key references generations (id),
  project_id text not null references projects (id),
  key_id text references api_keys (id),
  -- In whose words it was asked for and is shown.
  shape text not null check (shape in ('unified', 'native', 'task')),
  lane text not null check (lane in ('standard', 'economy')),
  priority integer not null check (priority in (0, 1, 2)),
  -- The routes that could serve it when it came, in order, with commas.
  routes text not null check (routes <> ''),
  created_at_ms bigint not null check (created_at_ms >= 0),
  -- It does not begin before.
  ready_at_ms bigint not null check (ready_at_ms >= 0),
  -- It does not begin after.
  deadline_ms bigint not null check (deadline_ms > created_at_ms),
  -- What its money is set aside for: the attempt that is to come, or is under way.
  attempt_id text not null unique,
  -- How often it began. Whoever begins it counts on from what it saw, or does not begin it.
  starts integer not null check (starts >= 0),
  -- When the process that has it under way was last seen with it.
  heartbeat_at_ms bigint,
  cancel_requested_at_ms bigint,
  -- Address under which its caller reached the gateway.
  base_url text not null,
  retry_of text references jobs (id),
  -- The set it belongs to, and its place there.
  set_id text,
  set_place integer check ((set_place is null) = (set_id is null)),
  webhook_id text,
  webhook_events_json text
);
create index jobs_by_project on jobs (project_id, id);
create index jobs_by_retry on jobs (retry_of) where retry_of is not null;
create index jobs_by_set on jobs (set_id, set_place) where set_id is not null;

create table job_orders (
  job_id text not null primary key references jobs (id),
  -- What is to be made: words and settings, encrypted.
  sealed text not null check (sealed like 'v1.%'),
  created_at_ms bigint not null check (created_at_ms >= 0)
);
create index job_orders_by_age on job_orders (created_at_ms);
