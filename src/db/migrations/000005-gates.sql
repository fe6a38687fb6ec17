-- compatible
-- What the acceptance gate found out about routes, leave to test refused ones by hand, and how the pictures of each route turn out.
-- Everything holds for one configuration of a route, told by its hash: under another, nothing is known.

create table gate_runs (
  id text not null primary key,
  route_id text not null check (route_id <> ''),
  config_sha256 text not null check (length(config_sha256) = 64),
  ran_at_ms bigint not null check (ran_at_ms >= 0),
  valid_until_ms bigint not null check (valid_until_ms >= ran_at_ms),
  verdict text not null check (verdict in ('production', 'fallback', 'manual-test', 'refused', 'unknown')),
  report_json text not null,
  cost_nanos bigint not null check (cost_nanos >= 0),
  actor text not null check (actor <> '')
);
create index gate_runs_by_route on gate_runs (route_id, ran_at_ms, id);

create table route_grants (
  id text not null primary key,
  route_id text not null check (route_id <> ''),
  config_sha256 text not null check (length(config_sha256) = 64),
  reason text not null check (reason <> ''),
  actor text not null check (actor <> ''),
  granted_at_ms bigint not null check (granted_at_ms >= 0),
  until_ms bigint not null check (until_ms > granted_at_ms),
  revoked_at_ms bigint
);
create index route_grants_by_route on route_grants (route_id, until_ms);

create table route_watch (
  route_id text not null primary key,
  config_sha256 text not null check (length(config_sha256) = 64),
  mismatches_in_a_row integer not null check (mismatches_in_a_row >= 0),
  mismatches_total bigint not null check (mismatches_total >= 0),
  pictures_total bigint not null check (pictures_total >= mismatches_total),
  last_mismatch_at_ms bigint,
  last_mismatch_generation_id text,
  last_mismatch_reason text,
  reopened_at_ms bigint,
  reopened_reason text,
  check ((reopened_at_ms is null) = (reopened_reason is null))
);
