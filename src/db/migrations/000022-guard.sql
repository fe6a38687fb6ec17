-- breaking
-- What the guard found about pictures once they were delivered. Breaking: an older program would take the pictures that only these verdicts
-- refer to for unreferenced and remove their bytes.

-- The texts that a picture shall show, as its request declared them, encrypted.
create table guard_texts (
  generation_id text not null primary key references generations (id),
  sealed text not null,
  created_at_ms bigint not null check (created_at_ms >= 0),
  delete_after_ms bigint
);
create index guard_texts_due on guard_texts (delete_after_ms) where delete_after_ms is not null;

create table guard_verdicts (
  image_id text not null primary key references images (id),
  state text not null check (state in ('pending', 'judged', 'failed')),
  -- What could not be judged is for people.
  overall text check (overall in ('adoptable', 'needs_human', 'reject')),
  -- Figures and reasons, without words that were declared or read.
  report_json text,
  -- Those words, encrypted, in the order of the report.
  words_sealed text,
  words_delete_after_ms bigint,
  side_by_side_sha256 text check (length(side_by_side_sha256) = 64),
  error text,
  -- The process that judges it now, by its boot, and until when others leave it to that.
  claimed_by text,
  claimed_until_ms bigint,
  -- How often judging began: what ends its process each time must not be tried for ever.
  tries integer not null check (tries >= 0),
  created_at_ms bigint not null check (created_at_ms >= 0),
  finished_at_ms bigint,
  check ((finished_at_ms is null) = (state = 'pending')),
  check ((overall is null) = (state = 'pending')),
  check (state <> 'failed' or overall = 'needs_human'),
  check ((claimed_by is null) = (claimed_until_ms is null))
);
create index guard_verdicts_pending on guard_verdicts (created_at_ms) where state = 'pending';
create index guard_verdicts_by_object on guard_verdicts (side_by_side_sha256);
create index guard_verdicts_words_due on guard_verdicts (words_delete_after_ms) where words_delete_after_ms is not null;
