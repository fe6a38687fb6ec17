-- breaking
-- How long things are kept, and what must not be deleted. Breaking although it only adds: a program that does not know of legal holds would
-- delete what is held.

-- Since when nobody refers to the bytes, and since when they are being removed: whoever puts them again writes them again.
alter table objects add column unused_since_ms bigint;
alter table objects add column removing_since_ms bigint;
create index objects_unused on objects (unused_since_ms) where unused_since_ms is not null;

-- Who works on the bytes of a hash now: putting and recording them, or removing them.
create table object_locks (
  sha256 text not null primary key check (length(sha256) = 64),
  -- The process, by its boot.
  holder text not null check (holder <> ''),
  until_ms bigint not null,
  -- Where bytes may lie of which nothing else tells, should the holder die.
  path text
);

alter table stored_replies add column delete_after_ms bigint;
alter table job_orders add column delete_after_ms bigint;

create index images_due on images (delete_after_ms, id) where deleted_at_ms is null and delete_after_ms is not null;
create index generation_inputs_due on generation_inputs (delete_after_ms, id) where deleted_at_ms is null and delete_after_ms is not null;
create index turn_documents_due on turn_documents (delete_after_ms) where delete_after_ms is not null;
create index stored_replies_due on stored_replies (delete_after_ms) where delete_after_ms is not null;
create index job_orders_due on job_orders (delete_after_ms) where delete_after_ms is not null;

-- What a court, a regulator or a claim wants kept. Placed once and released once; nothing else of a row ever changes.
create table legal_holds (
  id text not null primary key,
  -- An image, a generation or a project, by its id.
  subject_kind text not null check (subject_kind in ('image', 'generation', 'project')),
  subject_id text not null check (subject_id <> ''),
  project_id text not null references projects (id),
  reason text not null check (reason <> ''),
  placed_by text not null check (placed_by <> ''),
  placed_at_ms bigint not null check (placed_at_ms >= 0),
  release_reason text check (release_reason <> ''),
  released_by text check (released_by <> ''),
  released_at_ms bigint check (released_at_ms >= placed_at_ms),
  check ((released_at_ms is null) = (released_by is null)),
  check ((released_at_ms is null) = (release_reason is null))
);
create index legal_holds_active on legal_holds (subject_id) where released_at_ms is null;
create index legal_holds_by_subject on legal_holds (subject_id, id);
