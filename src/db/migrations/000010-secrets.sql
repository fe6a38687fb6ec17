-- compatible
-- Keys of upstreams that are kept here, encrypted, instead of in the environment.

create table upstream_secrets (
  -- As darkroom.yaml names it.
  name text not null primary key check (name <> ''),
  -- New whenever the name is taken anew after it was removed.
  id text not null unique,
  -- How often it was set.
  version integer not null check (version >= 1),
  -- Ciphertext, bound to id and version.
  sealed text not null check (sealed like 'v1.%'),
  created_at_ms bigint not null check (created_at_ms >= 0),
  updated_at_ms bigint not null check (updated_at_ms >= 0)
);
