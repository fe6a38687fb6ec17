-- breaking
-- Processes that share the database. Breaking although it only adds: a program that does not know of others takes their calls for abandoned.

create table nodes (
  -- Owner of the attempts that the process makes.
  id text not null primary key,
  role text not null check (role in ('all', 'api', 'worker')),
  -- Its data folder: whoever holds a folder knows that every earlier process of it has ended.
  folder_id text not null,
  version text not null,
  state text not null check (state in ('live', 'ended', 'dead')),
  -- Grows while it lives. Who sees the number stand still for long enough may say that it is dead.
  beats bigint not null check (beats >= 0),
  started_at_ms bigint not null check (started_at_ms >= 0),
  seen_at_ms bigint not null,
  ended_at_ms bigint
);
create index nodes_live on nodes (id) where state = 'live';
create index nodes_by_folder on nodes (folder_id, state);

-- What one process does for all.
create table duties (
  name text not null primary key,
  node_id text not null references nodes (id),
  since_ms bigint not null
);

-- Secrets that all processes have in common, sealed with the master key.
create table shared_secrets (
  name text not null primary key,
  sealed text not null check (sealed like 'v1.%'),
  created_at_ms bigint not null check (created_at_ms >= 0)
);
