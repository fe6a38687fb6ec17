-- breaking
-- What makes a repeated call the same call: fingerprints, idempotency keys, and the answers that repetitions get. Breaking although it only adds: a
-- program that does not know of keys would make, and pay, a call again whose key says that it was made.

create table call_identities (
  generation_id text not null primary key references generations (id),
  project_id text not null references projects (id),
  -- Null when the admin token asked.
  key_id text references api_keys (id),
  family text not null check (family in ('images', 'responses', 'jobs')),
  -- SHA-256 of the canonical request and of what it brought along.
  fingerprint text not null check (length(fingerprint) = 64),
  created_at_ms bigint not null check (created_at_ms >= 0),
  -- Whether the first caller had the whole answer; null while the connection is open, or when the process died with it.
  delivery text check (delivery in ('delivered', 'left'))
);
create index call_identities_by_fingerprint on call_identities (fingerprint, created_at_ms);

create table idempotency_keys (
  project_id text not null references projects (id),
  family text not null check (family in ('images', 'responses', 'jobs')),
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  fingerprint text not null check (length(fingerprint) = 64),
  generation_id text not null references generations (id),
  created_at_ms bigint not null check (created_at_ms >= 0),
  primary key (project_id, family, idempotency_key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at_ms);
create index idempotency_keys_by_generation on idempotency_keys (generation_id);

create table call_attachments (
  id text not null primary key,
  generation_id text not null references generations (id),
  project_id text not null references projects (id),
  key_id text references api_keys (id),
  attached_by text not null check (attached_by in ('shadow', 'coalesced', 'cache')),
  -- The number that the caller's library gave its repetition; shadow only.
  retry_count integer check ((retry_count is null) = (attached_by <> 'shadow')),
  request_id text not null check (request_id <> ''),
  at_ms bigint not null check (at_ms >= 0)
);
-- One chain of repetitions adopts a generation: each number of repetition once.
create unique index call_attachments_shadow on call_attachments (generation_id, retry_count) where attached_by = 'shadow';
create index call_attachments_by_generation on call_attachments (generation_id, at_ms);

create table stored_replies (
  generation_id text not null primary key references generations (id),
  -- HTTP status of the answer.
  status integer not null check (status between 200 and 599),
  -- Its text around the pictures; null for an error, which the generation has, and for an answer whose text was too long to be kept.
  sealed text,
  created_at_ms bigint not null check (created_at_ms >= 0)
);
