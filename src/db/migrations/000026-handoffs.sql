-- breaking
-- Work that somebody does by hand, and the picture that comes of it. Breaking although it only adds: a program that does not know of it would keep
-- the words for ever.

create table handoffs (
  id text not null primary key,
  project_id text not null references projects (id),
  -- Who opened it; null when the admin token did.
  key_id text references api_keys (id),
  created_at_ms bigint not null check (created_at_ms >= 0),
  -- No picture is taken for it after.
  expires_at_ms bigint not null check (expires_at_ms > created_at_ms),
  operation text not null check (operation in ('generate', 'edit')),
  -- Whose account it is done with, and what model that shows, as stated by whoever opened it.
  route_owner text not null check (route_owner <> ''),
  model text not null check (model <> ''),
  -- Size, format, places that must stay, labels.
  wanted_json text not null,
  prompt_sha256 text not null check (length(prompt_sha256) = 64),
  -- Prompt, texts and remarks, encrypted; null once their time is over.
  sealed text check (sealed like 'v1.%'),
  delete_after_ms bigint,
  -- The picture that is edited.
  source_kind text check (source_kind in ('image', 'file')),
  source_ref text check ((source_ref is null) = (source_kind is null)),
  state text not null check (state in ('open', 'used', 'cancelled')),
  closed_at_ms bigint check ((closed_at_ms is null) = (state = 'open')),
  generation_id text unique references generations (id) check ((generation_id is null) = (state <> 'used'))
);
create index handoffs_by_project on handoffs (project_id, id);
create index handoffs_due on handoffs (delete_after_ms) where delete_after_ms is not null and sealed is not null;
