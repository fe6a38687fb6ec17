-- breaking
-- Calls of the economy lane that go upstream as one file and come back within a day.
-- Breaking: an older program would take the lines of an open batch for calls that died with their process, hold them as unknown, and never fetch
-- what was paid for.

create table batches (
  id text not null primary key,
  route_id text not null,
  route_owner text not null,
  -- Every line of a batch is of one operation and one model.
  operation text not null check (operation in ('generate', 'edit')),
  model_sent text not null,
  state text not null check (state in ('collecting', 'uploading', 'creating', 'running', 'reading', 'cleaning', 'ended')),
  created_at_ms bigint not null check (created_at_ms >= 0),
  -- Since when it is in its state, how often its present step failed, and when it is tried or looked at again.
  state_at_ms bigint not null,
  tries integer not null check (tries >= 0),
  next_look_at_ms bigint not null,
  -- The lines, as they were sent.
  input_file_id text,
  input_bytes bigint,
  input_sha256 text check (length(input_sha256) = 64),
  -- When its creation may have been sent that was not answered, and since when complete listings lack it.
  create_sent_at_ms bigint,
  absent_since_ms bigint,
  -- How often it was made anew, because the creation before was proven not to have happened.
  made_anew integer not null check (made_anew >= 0),
  upstream_id text,
  upstream_status text,
  upstream_total integer not null check (upstream_total >= 0),
  upstream_completed integer not null check (upstream_completed >= 0),
  upstream_failed integer not null check (upstream_failed >= 0),
  expires_at_ms bigint,
  output_file_id text,
  error_file_id text,
  -- Answers to its lines that stand in the output file; null until that was read to its end.
  answers integer check (answers >= 0),
  cancel_asked_at_ms bigint,
  -- Why upstream would not run it, in upstream's words.
  errors_json text,
  -- What it came to: how upstream says that it ended, or that it was never made or cannot be found any more.
  outcome text check (outcome in ('completed', 'failed', 'expired', 'cancelled', 'not_made', 'lost')),
  ended_at_ms bigint,
  check ((ended_at_ms is null) = (state <> 'ended')),
  check (upstream_id is not null or state not in ('running', 'reading'))
);
create index batches_open on batches (id) where ended_at_ms is null;
create index batches_by_upstream on batches (upstream_id) where upstream_id is not null;

create table batch_items (
  batch_id text not null references batches (id),
  -- The order of the lines.
  place integer not null check (place >= 0),
  job_id text not null references jobs (id),
  -- `dk-` and this are the line's own id.
  attempt_id text not null unique references attempts (id),
  -- What settling needs of the call, encrypted; gone with its end.
  sealed text check (sealed like 'v1.%'),
  -- What upstream said of the line, or what was found out; null while it is open.
  line text check (
    line in ('answered', 'refused', 'expired', 'cancelled', 'missing', 'invalid', 'unmade', 'withdrawn', 'unknown', 'elsewhere')
  ),
  ended_at_ms bigint,
  check ((line is null) = (ended_at_ms is null)),
  check ((line is null) = (sealed is not null)),
  primary key (batch_id, place)
);
create index batch_items_open on batch_items (batch_id, place) where line is null;
create index batch_items_by_job on batch_items (job_id);
