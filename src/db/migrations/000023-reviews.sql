-- breaking
-- What people decide about pictures before these are used. Breaking although it only adds: a program that does not know of it would let pictures
-- pass that a project wants looked at.

-- Calls whose pictures are to be looked at, from their acceptance until their pictures are in the queue, or none came.
create table review_due (
  generation_id text not null primary key references generations (id),
  project_id text not null references projects (id),
  -- Why, by whom, until when: the project's rules as they were then.
  plan_json text not null,
  created_at_ms bigint not null check (created_at_ms >= 0)
);

-- Pictures in the queue, each once.
create table review_items (
  id text not null primary key,
  project_id text not null references projects (id),
  generation_id text not null references generations (id),
  image_id text not null unique references images (id),
  state text not null check (state in ('open', 'claimed', 'approved', 'rejected', 'changes_requested', 'revoked', 'deleted')),
  reasons_json text not null,
  checklist_json text not null,
  -- Key that asked for the picture; null for the administrator.
  submitter_key_id text,
  -- How many different people must approve it, and how many did.
  approvals_needed integer not null check (approvals_needed in (1, 2)),
  approvals integer not null check (approvals >= 0 and approvals <= approvals_needed),
  claim_ms bigint not null check (claim_ms > 0),
  -- Whether the guard may decide: never, once it has judged, or no more because it did not say adoptable.
  guard_decides text not null check (guard_decides in ('never', 'waiting', 'declined')),
  opened_at_ms bigint not null check (opened_at_ms >= 0),
  due_at_ms bigint check (due_at_ms >= opened_at_ms),
  -- When it was told that it is overdue.
  overdue_told_at_ms bigint check (overdue_told_at_ms >= due_at_ms),
  claimed_by text,
  claimed_name text,
  claim_until_ms bigint,
  closed_at_ms bigint check (closed_at_ms >= opened_at_ms),
  check ((state = 'claimed') = (claimed_by is not null)),
  check ((claimed_by is null) = (claim_until_ms is null)),
  check ((state in ('open', 'claimed')) = (closed_at_ms is null))
);
create index review_items_by_project on review_items (project_id, id);
create index review_items_by_generation on review_items (generation_id);
create index review_items_open on review_items (opened_at_ms, id) where closed_at_ms is null;
create index review_items_to_tell on review_items (due_at_ms) where closed_at_ms is null and due_at_ms is not null and overdue_told_at_ms is null;
create index review_items_guarded on review_items (id) where closed_at_ms is null and guard_decides = 'waiting';

-- What was decided. Only ever added to.
create table review_decisions (
  id text not null primary key,
  item_id text not null references review_items (id),
  project_id text not null references projects (id),
  decision text not null check (decision in ('approved', 'rejected', 'changes_requested', 'revoked')),
  -- A key, the administrator, or the project's own rule.
  by_kind text not null check (by_kind in ('key', 'admin', 'policy')),
  -- Id of the key; null for the others.
  by_key_id text,
  by_name text not null check (by_name <> ''),
  -- Who it counts as: keys that replace one another are one.
  person text not null check (person <> ''),
  at_ms bigint not null check (at_ms >= 0),
  why text not null check (why <> ''),
  answers_json text not null,
  -- The bytes that were decided on.
  image_sha256 text not null check (length(image_sha256) = 64),
  -- When this person first opened them at full size.
  read_at_ms bigint,
  check ((by_kind = 'key') = (by_key_id is not null))
);
create index review_decisions_by_item on review_decisions (item_id, at_ms, id);

-- Who opened a picture at full size while it was in the queue.
create table review_reads (
  item_id text not null references review_items (id),
  person text not null,
  name text not null check (name <> ''),
  first_at_ms bigint not null,
  last_at_ms bigint not null check (last_at_ms >= first_at_ms),
  primary key (item_id, person)
);

-- The one thing that is to change in a picture, and the edit that was made for it. The words go when their time is over.
create table review_changes (
  item_id text not null primary key references review_items (id),
  image_id text not null unique references images (id),
  project_id text not null references projects (id),
  sealed text,
  asked_at_ms bigint not null,
  delete_after_ms bigint,
  generation_id text unique references generations (id)
);
create index review_changes_due on review_changes (delete_after_ms) where sealed is not null and delete_after_ms is not null;
