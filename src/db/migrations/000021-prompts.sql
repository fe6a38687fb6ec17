-- compatible
-- Prompts that a project keeps: what each is called, and every version it ever had.

create table prompts (
  id text not null primary key,
  project_id text not null references projects (id),
  -- In clear, so that a list can be read; what the prompt says is sealed.
  name text not null check (name <> ''),
  -- The newest version.
  version bigint not null check (version >= 1),
  created_by text not null check (created_by <> ''),
  created_at_ms bigint not null check (created_at_ms >= 0),
  updated_at_ms bigint not null check (updated_at_ms >= created_at_ms),
  archived_at_ms bigint check (archived_at_ms >= created_at_ms)
);
create index prompts_by_project on prompts (project_id, id);

-- A version never changes and never goes.
create table prompt_versions (
  prompt_id text not null references prompts (id),
  version bigint not null check (version >= 1),
  -- Of the canonical JSON of the document.
  sha256 text not null check (length(sha256) = 64),
  sealed text not null check (sealed <> ''),
  created_by text not null check (created_by <> ''),
  created_at_ms bigint not null check (created_at_ms >= 0),
  primary key (prompt_id, version)
);
