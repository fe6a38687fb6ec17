-- breaking
-- What projects allow, keys that replace one another, and budgets with what was spent and set aside in each of their periods.
-- Breaking: an older program would make calls that no budget knows of, and end calls without giving their reservations back.

-- Limits of a project as JSON; null = none.
alter table projects add column settings_json text;
alter table projects add column archived_at_ms bigint;

-- A key that replaces another is of its chain, which is called by the id of its first key; null = it has replaced none.
alter table api_keys add column chain_id text references api_keys (id);
-- When a replaced key stops working; null = it does not by itself.
alter table api_keys add column expires_at_ms bigint;
create index api_keys_by_chain on api_keys (chain_id) where chain_id is not null;

-- Pictures that were asked for, for the rate of a project.
alter table generations add column images_asked integer not null default 1 check (images_asked >= 0);
-- Labels of the caller (`darkroom.metadata`).
alter table generations add column metadata_json text;
create index generations_running_by_project on generations (project_id) where status = 'running';

create table budgets (
  id text not null primary key,
  project_id text not null references projects (id),
  -- Null = all keys of the project, and the admin's own calls in it.
  key_id text references api_keys (id),
  name text not null check (name <> ''),
  period text not null check (period in ('day', 'month', 'total')),
  -- Real money or play money: a budget counts one of them.
  book text not null check (book in ('provider', 'sandbox')),
  -- Null = whoever bills.
  route_owner text check (route_owner <> ''),
  limit_nanos bigint not null check (limit_nanos >= 0),
  created_at_ms bigint not null check (created_at_ms >= 0),
  ended_at_ms bigint
);
create index budgets_live on budgets (project_id) where ended_at_ms is null;

-- Nothing is ever reset: the next period has a row of its own, made by the first call in it.
create table budget_periods (
  budget_id text not null references budgets (id),
  -- UTC: `2026-11-20`, `2026-11` or `total`.
  period text not null check (period <> ''),
  limit_nanos bigint not null check (limit_nanos >= 0),
  spent_nanos bigint not null check (spent_nanos >= 0),
  -- For calls under way and for those of which nobody knows what they cost; the latter are `held_nanos` of it.
  reserved_nanos bigint not null check (reserved_nanos >= 0),
  held_nanos bigint not null check (held_nanos >= 0 and held_nanos <= reserved_nanos),
  created_at_ms bigint not null check (created_at_ms >= 0),
  primary key (budget_id, period)
);

-- Where an attempt's reservation lies, so that its end finds it after midnight, after a restart and after the budget has ended.
create table budget_holds (
  attempt_id text not null,
  budget_id text not null,
  period text not null,
  nanos bigint not null check (nanos >= 0),
  state text not null check (state in ('reserved', 'held', 'ended')),
  primary key (attempt_id, budget_id),
  foreign key (budget_id, period) references budget_periods (budget_id, period)
);

create table budget_alerts (
  budget_id text not null,
  period text not null,
  percent integer not null check (percent in (50, 80, 100)),
  at_ms bigint not null check (at_ms >= 0),
  -- When log and metric said it.
  told_at_ms bigint,
  primary key (budget_id, period, percent),
  foreign key (budget_id, period) references budget_periods (budget_id, period)
);
create index budget_alerts_untold on budget_alerts (at_ms) where told_at_ms is null;
