-- breaking
-- What was found out about calls whose outcome nobody knew. Breaking although it only adds: a program that does not know of resolutions goes on
-- reporting resolved money as held, and leaves it out of what was charged.

create table unknown_evidence (
  id text not null primary key,
  generation_id text not null references generations (id),
  -- The one attempt it is about: evidence is never used again for another.
  attempt_id text not null references attempts (id),
  project_id text not null references projects (id),
  at_ms bigint not null check (at_ms >= 0),
  step text not null check (step in ('E0', 'E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7')),
  finding text not null check (finding in ('charged', 'not_charged', 'undecided', 'run_again')),
  -- What was done because of it.
  effect text not null check (effect in ('none', 'resolved', 'presumed', 'adjusted')),
  -- What the call cost, as far as this says so.
  nanos bigint check (nanos >= 0),
  actor text not null check (actor <> ''),
  evidence_json text not null
);
create index unknown_evidence_by_generation on unknown_evidence (generation_id, at_ms, id);

create index attempts_unknown on attempts (started_at_ms, id) where state = 'unknown';
create index attempts_by_route on attempts (route_id, started_at_ms);
