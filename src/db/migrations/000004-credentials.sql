-- compatible
-- What the content credentials embedded in a picture say, read after delivery. Pictures without any have no row.

create table credential_reports (
  image_id text not null primary key references images (id),
  state text not null check (state in ('pending', 'read', 'failed')),
  report_json text,
  error text,
  created_at_ms bigint not null check (created_at_ms >= 0),
  finished_at_ms bigint,
  check ((finished_at_ms is null) = (state = 'pending'))
);
create index credential_reports_pending on credential_reports (created_at_ms) where state = 'pending';
