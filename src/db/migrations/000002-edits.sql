-- breaking
-- Inputs of edits, files of callers, what Darkroom itself made of a picture, and the measurement of what an edit moved.
-- Breaking: an older program would take objects that only these tables refer to for unreferenced and remove their bytes.

alter table images add column derived_from text references images (id);
alter table images add column process_json text check ((process_json is null) = (derived_from is null));

create table generation_inputs (
  id text not null primary key,
  generation_id text not null references generations (id),
  project_id text not null references projects (id),
  role text not null check (role in ('image', 'mask', 'markup')),
  idx integer not null check (idx >= 0),
  source text not null check (source in ('upload', 'data_url', 'url', 'file', 'image')),
  source_ref text,
  sha256 text not null check (length(sha256) = 64),
  -- The bytes that went upstream, where Darkroom made other ones of the caller's (a mask from black and white, a source as PNG).
  sent_sha256 text not null check (length(sent_sha256) = 64),
  conversion text check (conversion in ('mask_from_luminance', 'png')),
  width integer not null check (width > 0),
  height integer not null check (height > 0),
  format text not null check (format in ('png', 'jpeg', 'webp')),
  bytes bigint not null check (bytes >= 0),
  rights text,
  created_at_ms bigint not null check (created_at_ms >= 0),
  delete_after_ms bigint,
  deletion_policy text not null,
  deleted_at_ms bigint,
  unique (generation_id, role, idx)
);
create index generation_inputs_by_object on generation_inputs (sha256) where deleted_at_ms is null;
create index generation_inputs_by_sent_object on generation_inputs (sent_sha256) where deleted_at_ms is null;

create table files (
  id text not null primary key,
  project_id text not null references projects (id),
  purpose text not null check (purpose <> ''),
  file_name text not null,
  bytes bigint not null check (bytes >= 0),
  sha256 text not null check (length(sha256) = 64),
  media_type text not null,
  width integer check (width > 0),
  height integer check (height > 0),
  created_at_ms bigint not null check (created_at_ms >= 0),
  expires_at_ms bigint,
  deleted_at_ms bigint
);
create index files_by_project on files (project_id, created_at_ms, id);
create index files_by_expiry on files (expires_at_ms) where deleted_at_ms is null;
create index files_by_object on files (sha256) where deleted_at_ms is null;

create table drift_reports (
  image_id text not null primary key references images (id),
  state text not null check (state in ('pending', 'measured', 'failed', 'not_comparable')),
  report_json text,
  heat_map_sha256 text check (length(heat_map_sha256) = 64),
  error text,
  created_at_ms bigint not null check (created_at_ms >= 0),
  finished_at_ms bigint,
  check ((finished_at_ms is null) = (state = 'pending'))
);
create index drift_reports_pending on drift_reports (created_at_ms) where state = 'pending';
create index drift_reports_by_object on drift_reports (heat_map_sha256);
