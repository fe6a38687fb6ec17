-- compatible
-- Walks of a route from its first cheap picture to real traffic: five steps, each with its evidence. A report is written before and after each
-- step, so that whatever becomes of the process, what is on record is true.

create table rollouts (
  id text not null primary key,
  route_id text not null check (route_id <> ''),
  config_sha256 text not null check (length(config_sha256) = 64),
  project_id text not null references projects (id),
  actor text not null check (actor <> ''),
  -- The process that walks. One that has ended walks no further.
  owner text not null check (owner <> ''),
  -- `waiting`: for a person to decide; nobody needs to walk for that.
  state text not null check (state in ('running', 'waiting', 'passed', 'failed')),
  started_at_ms bigint not null check (started_at_ms >= 0),
  finished_at_ms bigint check ((finished_at_ms is null) = (state in ('running', 'waiting'))),
  budget_nanos bigint not null check (budget_nanos >= 0),
  report_json text not null
);
create index rollouts_by_route on rollouts (route_id, id);
