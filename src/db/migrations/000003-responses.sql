-- compatible
-- Turns of assistant flows: which response and which image call belongs to which generation, and what was said, encrypted.

create table response_turns (
  generation_id text not null primary key references generations (id),
  project_id text not null references projects (id),
  attempt_id text not null references attempts (id),
  route_id text not null,
  -- Upstream's id of the response, which is the caller's too.
  response_id text not null check (response_id <> ''),
  previous_response_id text,
  conversation_id text,
  main_model text not null,
  -- Whether upstream keeps the response, as far as it was asked to.
  stored_upstream integer not null check (stored_upstream in (0, 1)),
  background integer not null check (background in (0, 1)),
  status text not null check (status in ('queued', 'in_progress', 'completed', 'failed', 'incomplete', 'cancelled')),
  created_at_ms bigint not null check (created_at_ms >= 0),
  finished_at_ms bigint,
  -- The `assistant` member of the production log record, once the turn is settled; without the words of any prompt.
  assistant_json text,
  -- When upstream was last asked for a background response.
  polled_at_ms bigint,
  deleted_at_ms bigint
);
create index response_turns_by_response on response_turns (project_id, response_id);
create index response_turns_by_previous on response_turns (project_id, previous_response_id) where previous_response_id is not null;
create index response_turns_open on response_turns (created_at_ms) where finished_at_ms is null;

create table image_calls (
  generation_id text not null references generations (id),
  project_id text not null references projects (id),
  -- Upstream's id of the item, `ig_…`.
  call_id text not null check (call_id <> ''),
  idx integer not null check (idx >= 0),
  -- Null when the item failed, or its picture could not be kept.
  image_id text references images (id),
  status text not null check (status in ('completed', 'failed', 'incomplete')),
  action text,
  error_json text,
  created_at_ms bigint not null check (created_at_ms >= 0),
  primary key (generation_id, call_id)
);
create index image_calls_by_call on image_calls (project_id, call_id);

-- What was asked and answered in a turn, without pictures: needed to go on where upstream has forgotten. Never in the clear.
create table turn_documents (
  generation_id text not null primary key references generations (id),
  sealed text not null,
  created_at_ms bigint not null check (created_at_ms >= 0),
  delete_after_ms bigint
);

-- Ties turns together by the pictures they brought along.
create index generation_inputs_of_images on generation_inputs (source_ref) where source = 'image';
