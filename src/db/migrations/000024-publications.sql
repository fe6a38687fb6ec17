-- breaking
-- Pictures that anybody may read. Breaking although it only adds: a program that does not know of it deletes pictures without a word on record that
-- they are public no more.
create table publications (
  -- The end of the public address.
  id text not null primary key,
  project_id text not null references projects (id),
  image_id text not null references images (id),
  -- The review that approved it; null where the project needs none.
  review_id text references review_items (id),
  -- Address under which the gateway was reached.
  base_url text not null check (base_url <> ''),
  published_by text not null check (published_by <> ''),
  published_name text not null check (published_name <> ''),
  published_at_ms bigint not null check (published_at_ms >= 0),
  ended_by text check (ended_by <> ''),
  ended_name text,
  ended_why text check (ended_why <> ''),
  -- `unpublished | revoked | deleted`.
  ended_how text check (ended_how in ('unpublished', 'revoked', 'deleted')),
  ended_at_ms bigint check (ended_at_ms >= published_at_ms),
  -- Of the transaction that ended it, which tells of those that it ended.
  ended_mark text,
  check ((ended_at_ms is null) = (ended_by is null)),
  check ((ended_at_ms is null) = (ended_how is null)),
  check ((ended_at_ms is null) = (ended_why is null))
);
create unique index publications_live on publications (image_id) where ended_at_ms is null;
create index publications_by_image on publications (image_id, id);
