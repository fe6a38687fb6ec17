-- breaking
-- Small pictures of pictures, made when somebody first looks. Breaking: an older program would leave them behind when it deletes what they show.

create table thumbnails (
  image_id text not null references images (id),
  -- Most pixels of its width.
  width integer not null check (width > 0),
  sha256 text not null check (length(sha256) = 64),
  created_at_ms bigint not null check (created_at_ms >= 0),
  primary key (image_id, width)
);
create index thumbnails_by_object on thumbnails (sha256);
