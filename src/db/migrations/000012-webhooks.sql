-- compatible
-- Receivers of events: where they are, what each of them is to be told, and what it said.

create table webhook_endpoints (
  id text not null primary key,
  project_id text not null references projects (id),
  -- The key whose call named the address; null for a receiver that a project keeps, and where the admin token asked.
  key_id text references api_keys (id),
  origin text not null check (origin in ('project', 'call')),
  url text not null check (url <> ''),
  -- What waits together, and is held up together.
  lane text not null check (lane <> ''),
  description text not null,
  -- JSON list of types; null = every event of a job.
  event_types_json text,
  style text not null check (style in ('standard', 'unified')),
  state text not null check (state in ('enabled', 'disabled')),
  disabled_why text check (disabled_why in ('gone', 'failing', 'by_hand') and (disabled_why is null) = (state = 'enabled')),
  disabled_at_ms bigint check ((disabled_at_ms is null) = (state = 'enabled')),
  -- How often the secret was set; the one before it has the number before it.
  secret_version integer not null check (secret_version >= 1),
  -- Ciphertext, bound to id and version; empty once the receiver was deleted.
  sealed_secret text not null,
  -- The secret before it, while both are signed with.
  sealed_previous text check ((sealed_previous is null) = (previous_until_ms is null)),
  previous_until_ms bigint,
  last_success_at_ms bigint,
  -- Attempts that failed since the last success, and when the first of them was.
  failures integer not null check (failures >= 0),
  failing_since_ms bigint check ((failing_since_ms is null) = (failures = 0)),
  created_at_ms bigint not null check (created_at_ms >= 0),
  -- Of one that calls name: when the last call did.
  updated_at_ms bigint not null check (updated_at_ms >= 0),
  deleted_at_ms bigint
);
create index webhook_endpoints_by_project on webhook_endpoints (project_id, origin, id);

create table webhook_messages (
  id text not null primary key,
  project_id text not null references projects (id),
  endpoint_id text not null references webhook_endpoints (id),
  lane text not null check (lane <> ''),
  -- No reference: a message outlives its event, and a test has none.
  event_id text not null check (event_id <> ''),
  event_type text not null check (event_type <> ''),
  event_at_ms bigint not null check (event_at_ms >= 0),
  style text not null check (style in ('standard', 'unified')),
  -- Ciphertext of what is sent, every time byte for byte the same.
  sealed_body text not null check (sealed_body like 'v1.%'),
  state text not null check (state in ('pending', 'delivered', 'exhausted', 'cancelled')),
  -- Place in the schedule: attempts since it was made, or asked for anew.
  step integer not null check (step >= 0),
  -- Attempts that ended, ever.
  attempts integer not null check (attempts >= 0),
  next_attempt_at_ms bigint not null check (next_attempt_at_ms >= 0),
  -- The process that is making an attempt, and until when it is believed to.
  claimed_by text check ((claimed_by is null) = (lease_until_ms is null)),
  lease_until_ms bigint,
  last_status integer,
  last_cause text,
  created_at_ms bigint not null check (created_at_ms >= 0),
  ended_at_ms bigint check ((ended_at_ms is null) = (state = 'pending')),
  unique (event_id, endpoint_id)
);
create index webhook_messages_due on webhook_messages (lane, next_attempt_at_ms) where state = 'pending';
create index webhook_messages_by_endpoint on webhook_messages (endpoint_id, created_at_ms, id);
create index webhook_messages_ended on webhook_messages (ended_at_ms) where ended_at_ms is not null;

create table webhook_attempts (
  message_id text not null references webhook_messages (id),
  n integer not null check (n >= 1),
  at_ms bigint not null check (at_ms >= 0),
  duration_ms bigint not null check (duration_ms >= 0),
  -- Null when no head came.
  http_status integer check (http_status between 100 and 999),
  -- Why it was no success; null for one.
  cause text check (cause <> ''),
  request_json text not null,
  response_json text,
  primary key (message_id, n)
);
