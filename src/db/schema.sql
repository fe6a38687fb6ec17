-- The schema as the migrations make it in SQLite. Written by the test: npx vitest run src/db -u

CREATE TABLE api_keys (
  id text not null primary key,
  project_id text not null references projects (id),
  name text not null,
  digest text not null unique check (length(digest) = 64),
  last4 text not null check (length(last4) = 4),
  created_at_ms bigint not null check (created_at_ms >= 0),
  last_used_at_ms bigint,
  revoked_at_ms bigint
, chain_id text references api_keys (id), expires_at_ms bigint);

CREATE INDEX api_keys_by_chain on api_keys (chain_id) where chain_id is not null;

CREATE INDEX api_keys_by_project on api_keys (project_id);

CREATE TABLE attempts (
  id text not null primary key,
  generation_id text not null references generations (id),
  n integer not null check (n >= 1),
  route_id text not null,
  state text not null check (
    state in
      ('dispatching', 'ok', 'rejected', 'server_refused', 'not_sent', 'unknown', 'charged_lost',
       'resolved_charged', 'resolved_free', 'presumed_charged')
  ),
  owner text not null,
  client_request_id text not null unique,
  model_sent text not null,
  model_reported text,
  retry_reason text check (
    retry_reason in
      ('timeout', 'policy', 'validation', 'size', 'rate_limit', 'quota', 'auth', 'provider_5xx', 'network', 'unknown_outcome')
  ),
  http_status integer,
  upstream_request_id text,
  started_at_ms bigint not null check (started_at_ms >= 0),
  sent_at_ms bigint,
  first_byte_ms bigint,
  total_ms bigint,
  outcome text,
  cost_nanos bigint check (cost_nanos >= 0),
  unique (generation_id, n)
);

CREATE INDEX attempts_by_route on attempts (route_id, started_at_ms);

CREATE INDEX attempts_unknown on attempts (started_at_ms, id) where state = 'unknown';

CREATE TABLE batch_items (
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

CREATE INDEX batch_items_by_job on batch_items (job_id);

CREATE INDEX batch_items_open on batch_items (batch_id, place) where line is null;

CREATE TABLE batches (
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

CREATE INDEX batches_by_upstream on batches (upstream_id) where upstream_id is not null;

CREATE INDEX batches_open on batches (id) where ended_at_ms is null;

CREATE TABLE browser_sessions (
  digest text not null primary key check (length(digest) = 64),
  credential_digest text not null check (length(credential_digest) = 64),
  created_at_ms bigint not null check (created_at_ms >= 0),
  expires_at_ms bigint not null check (expires_at_ms > created_at_ms)
);

CREATE INDEX browser_sessions_by_expiry on browser_sessions (expires_at_ms);

CREATE TABLE budget_alerts (
  budget_id text not null,
  period text not null,
  percent integer not null check (percent in (50, 80, 100)),
  at_ms bigint not null check (at_ms >= 0),
  -- When log and metric said it.
  told_at_ms bigint,
  primary key (budget_id, period, percent),
  foreign key (budget_id, period) references budget_periods (budget_id, period)
);

CREATE INDEX budget_alerts_untold on budget_alerts (at_ms) where told_at_ms is null;

CREATE TABLE budget_holds (
  attempt_id text not null,
  budget_id text not null,
  period text not null,
  nanos bigint not null check (nanos >= 0),
  state text not null check (state in ('reserved', 'held', 'ended')),
  primary key (attempt_id, budget_id),
  foreign key (budget_id, period) references budget_periods (budget_id, period)
);

CREATE TABLE budget_periods (
  budget_id text not null references budgets (id),
  -- UTC: `2026-11-20`, `2026-11` or `total`.
  period text not null check (period <> ''),
  limit_nanos bigint not null check (limit_nanos >= 0),
  spent_nanos bigint not null check (spent_nanos >= 0),
  -- For calls under way and for those of which nobody knows what they cost; the latter are `held_nanos` of it.
  reserved_nanos bigint not null check (reserved_nanos >= 0),
  held_nanos bigint not null check (held_nanos >= 0 and held_nanos <= reserved_nanos),
  created_at_ms bigint not null check (created_at_ms >= 0),
  primary key (budget_id, period)
);

CREATE TABLE budgets (
  id text not null primary key,
  project_id text not null references projects (id),
  -- Null = all keys of the project, and the admin's own calls in it.
  key_id text references api_keys (id),
  name text not null check (name <> ''),
  period text not null check (period in ('day', 'month', 'total')),
  -- Real money or play money: a budget counts one of them.
  book text not null check (book in ('provider', 'sandbox')),
  -- Null = whoever bills.
  route_owner text check (route_owner <> ''),
  limit_nanos bigint not null check (limit_nanos >= 0),
  created_at_ms bigint not null check (created_at_ms >= 0),
  ended_at_ms bigint
);

CREATE INDEX budgets_live on budgets (project_id) where ended_at_ms is null;

CREATE TABLE call_attachments (
  id text not null primary key,
  generation_id text not null references generations (id),
  project_id text not null references projects (id),
  key_id text references api_keys (id),
  attached_by text not null check (attached_by in ('shadow', 'coalesced', 'cache')),
  -- The number that the caller's library gave its repetition; shadow only.
  retry_count integer check ((retry_count is null) = (attached_by <> 'shadow')),
  request_id text not null check (request_id <> ''),
  at_ms bigint not null check (at_ms >= 0)
);

CREATE INDEX call_attachments_by_generation on call_attachments (generation_id, at_ms);

CREATE UNIQUE INDEX call_attachments_shadow on call_attachments (generation_id, retry_count) where attached_by = 'shadow';

CREATE TABLE call_identities (
  generation_id text not null primary key references generations (id),
  project_id text not null references projects (id),
  -- Null when the admin token asked.
  key_id text references api_keys (id),
  family text not null check (family in ('images', 'responses', 'jobs')),
  -- SHA-256 of the canonical request and of what it brought along.
  fingerprint text not null check (length(fingerprint) = 64),
  created_at_ms bigint not null check (created_at_ms >= 0),
  -- Whether the first caller had the whole answer; null while the connection is open, or when the process died with it.
  delivery text check (delivery in ('delivered', 'left'))
);

CREATE INDEX call_identities_by_fingerprint on call_identities (fingerprint, created_at_ms);

CREATE TABLE credential_reports (
  image_id text not null primary key references images (id),
  state text not null check (state in ('pending', 'read', 'failed')),
  report_json text,
  error text,
  created_at_ms bigint not null check (created_at_ms >= 0),
  finished_at_ms bigint,
  check ((finished_at_ms is null) = (state = 'pending'))
);

CREATE INDEX credential_reports_pending on credential_reports (created_at_ms) where state = 'pending';

CREATE TABLE drift_reports (
  image_id text not null primary key references images (id),
  state text not null check (state in ('pending', 'measured', 'failed', 'not_comparable')),
  report_json text,
  heat_map_sha256 text check (length(heat_map_sha256) = 64),
  error text,
  created_at_ms bigint not null check (created_at_ms >= 0),
  finished_at_ms bigint,
  check ((finished_at_ms is null) = (state = 'pending'))
);

CREATE INDEX drift_reports_by_object on drift_reports (heat_map_sha256);

CREATE INDEX drift_reports_pending on drift_reports (created_at_ms) where state = 'pending';

CREATE TABLE duties (
  name text not null primary key,
  node_id text not null references nodes (id),
  since_ms bigint not null
);

CREATE TABLE events (
  -- Order of happening: what a listener names to go on from there.
  seq integer not null primary key autoincrement,
  id text not null unique,
  project_id text not null references projects (id),
  -- The job, or whatever else, that it happened to.
  subject_id text not null check (subject_id <> ''),
  type text not null check (type <> ''),
  at_ms bigint not null check (at_ms >= 0),
  data_json text not null,
  -- When every receiver that is to be told had its message made; null while that is to be done.
  handed_out_at_ms bigint
);

CREATE INDEX events_by_project on events (project_id, seq);

CREATE INDEX events_by_subject on events (subject_id, seq);

CREATE INDEX events_to_hand_out on events (seq) where handed_out_at_ms is null;

CREATE TABLE files (
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

CREATE INDEX files_by_expiry on files (expires_at_ms) where deleted_at_ms is null;

CREATE INDEX files_by_object on files (sha256) where deleted_at_ms is null;

CREATE INDEX files_by_project on files (project_id, created_at_ms, id);

CREATE TABLE gate_runs (
  id text not null primary key,
  route_id text not null check (route_id <> ''),
  config_sha256 text not null check (length(config_sha256) = 64),
  ran_at_ms bigint not null check (ran_at_ms >= 0),
  valid_until_ms bigint not null check (valid_until_ms >= ran_at_ms),
  verdict text not null check (verdict in ('production', 'fallback', 'manual-test', 'refused', 'unknown')),
  report_json text not null,
  cost_nanos bigint not null check (cost_nanos >= 0),
  actor text not null check (actor <> '')
);

CREATE INDEX gate_runs_by_route on gate_runs (route_id, ran_at_ms, id);

CREATE TABLE generation_inputs (
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

CREATE INDEX generation_inputs_by_object on generation_inputs (sha256) where deleted_at_ms is null;

CREATE INDEX generation_inputs_by_sent_object on generation_inputs (sent_sha256) where deleted_at_ms is null;

CREATE INDEX generation_inputs_due on generation_inputs (delete_after_ms, id) where deleted_at_ms is null and delete_after_ms is not null;

CREATE INDEX generation_inputs_of_images on generation_inputs (source_ref) where source = 'image';

CREATE TABLE generation_labels (
  -- Name, colon, value; which colon it was, the row of the generation knows.
  label text not null,
  project_id text not null references projects (id),
  -- Of the generation, so that the key has the order in which pictures are shown.
  created_at_ms bigint not null,
  generation_id text not null references generations (id),
  primary key (label, project_id, created_at_ms, generation_id)
) without rowid;

CREATE TABLE generations (
  id text not null primary key,
  project_id text not null references projects (id),
  key_id text references api_keys (id),
  created_at_ms bigint not null check (created_at_ms >= 0),
  completed_at_ms bigint,
  operation text not null check (operation in ('generate', 'edit', 'respond')),
  surface text not null check (surface in ('images', 'responses', 'provider', 'chatgpt')),
  status text not null check (status in ('queued', 'running', 'completed', 'failed', 'cancelled', 'outcome_unknown')),
  client_request_id text,
  model_asked text not null,
  route_id text not null,
  route_owner text not null,
  route_contract_json text not null,
  request_shape_json text not null,
  warnings_json text not null,
  project_tag text check (project_tag <> ''),
  end_user text,
  timeout_ms bigint not null check (timeout_ms > 0),
  book text not null check (book in ('provider', 'sandbox')),
  price_card text not null,
  estimated_nanos bigint not null check (estimated_nanos >= 0),
  reserved_nanos bigint not null check (reserved_nanos >= 0),
  settled_nanos bigint not null check (settled_nanos >= 0),
  held_unknown_nanos bigint not null check (held_unknown_nanos >= 0),
  usage_json text,
  usage_source text check (usage_source in ('upstream', 'upstream_without_details', 'estimated')),
  previews_asked integer not null check (previews_asked >= 0),
  previews_received integer not null check (previews_received >= 0),
  previews_nanos bigint not null check (previews_nanos >= 0),
  retry_reason text check (
    retry_reason in
      ('timeout', 'policy', 'validation', 'size', 'rate_limit', 'quota', 'auth', 'provider_5xx', 'network', 'unknown_outcome')
  ),
  next_action text not null check (next_action in ('retry', 'downgrade', 'reroute', 'human', 'stop', 'none')),
  error_json text, images_asked integer not null default 1 check (images_asked >= 0), metadata_json text, started_at_ms bigint, trace_parent text,
  check ((completed_at_ms is null) = (status in ('queued', 'running')))
);

CREATE INDEX generations_by_cost on generations (project_id, settled_nanos, created_at_ms);

CREATE INDEX generations_by_model on generations (project_id, model_asked, created_at_ms);

CREATE INDEX generations_by_owner on generations (project_id, route_owner, created_at_ms);

CREATE INDEX generations_by_project on generations (project_id, created_at_ms);

CREATE INDEX generations_by_tag on generations (project_id, project_tag, created_at_ms) where project_tag is not null;

CREATE INDEX generations_by_time on generations (created_at_ms, id);

CREATE INDEX generations_ended_badly on generations (status, id) where status in ('failed', 'cancelled', 'outcome_unknown');

CREATE INDEX generations_queued on generations (id) where status = 'queued';

CREATE INDEX generations_running on generations (id) where status = 'running';

CREATE INDEX generations_running_by_project on generations (project_id) where status = 'running';

CREATE INDEX generations_started on generations (project_id, started_at_ms) where started_at_ms is not null;

CREATE TABLE guard_texts (
  generation_id text not null primary key references generations (id),
  sealed text not null,
  created_at_ms bigint not null check (created_at_ms >= 0),
  delete_after_ms bigint
);

CREATE INDEX guard_texts_due on guard_texts (delete_after_ms) where delete_after_ms is not null;

CREATE TABLE guard_verdicts (
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

CREATE INDEX guard_verdicts_by_object on guard_verdicts (side_by_side_sha256);

CREATE INDEX guard_verdicts_pending on guard_verdicts (created_at_ms) where state = 'pending';

CREATE INDEX guard_verdicts_words_due on guard_verdicts (words_delete_after_ms) where words_delete_after_ms is not null;

CREATE TABLE handoffs (
  id text not null primary key,
  project_id text not null references projects (id),
  -- Who opened it; null when the admin token did.
  key_id text references api_keys (id),
  created_at_ms bigint not null check (created_at_ms >= 0),
  -- No picture is taken for it after.
  expires_at_ms bigint not null check (expires_at_ms > created_at_ms),
  operation text not null check (operation in ('generate', 'edit')),
  -- Whose account it is done with, and what model that shows, as stated by whoever opened it.
  route_owner text not null check (route_owner <> ''),
  model text not null check (model <> ''),
  -- Size, format, places that must stay, labels.
  wanted_json text not null,
  prompt_sha256 text not null check (length(prompt_sha256) = 64),
  -- Prompt, texts and remarks, encrypted; null once their time is over.
  sealed text check (sealed like 'v1.%'),
  delete_after_ms bigint,
  -- The picture that is edited.
  source_kind text check (source_kind in ('image', 'file')),
  source_ref text check ((source_ref is null) = (source_kind is null)),
  state text not null check (state in ('open', 'used', 'cancelled')),
  closed_at_ms bigint check ((closed_at_ms is null) = (state = 'open')),
  generation_id text unique references generations (id) check ((generation_id is null) = (state <> 'used'))
);

CREATE INDEX handoffs_by_project on handoffs (project_id, id);

CREATE INDEX handoffs_due on handoffs (delete_after_ms) where delete_after_ms is not null and sealed is not null;

CREATE TABLE idempotency_keys (
  project_id text not null references projects (id),
  family text not null check (family in ('images', 'responses', 'jobs')),
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  fingerprint text not null check (length(fingerprint) = 64),
  generation_id text not null references generations (id),
  created_at_ms bigint not null check (created_at_ms >= 0),
  primary key (project_id, family, idempotency_key)
);

CREATE INDEX idempotency_keys_by_age on idempotency_keys (created_at_ms);

CREATE INDEX idempotency_keys_by_generation on idempotency_keys (generation_id);

CREATE TABLE image_calls (
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

CREATE INDEX image_calls_by_call on image_calls (project_id, call_id);

CREATE TABLE images (
  id text not null primary key,
  generation_id text not null references generations (id),
  attempt_id text not null references attempts (id),
  project_id text not null references projects (id),
  idx integer not null check (idx >= 0),
  is_preview integer not null check (is_preview in (0, 1)),
  sha256 text not null check (length(sha256) = 64),
  width integer check (width > 0),
  height integer check (height > 0),
  format text,
  bytes bigint not null check (bytes >= 0),
  storage text not null check (storage in ('stored', 'not_stored')),
  evidence_json text not null,
  created_at_ms bigint not null check (created_at_ms >= 0),
  delete_after_ms bigint,
  deletion_policy text not null,
  deleted_at_ms bigint, derived_from text references images (id), process_json text check ((process_json is null) = (derived_from is null)),
  unique (attempt_id, idx)
);

CREATE INDEX images_by_generation on images (generation_id, idx);

CREATE INDEX images_by_object on images (sha256) where deleted_at_ms is null and storage = 'stored';

CREATE INDEX images_due on images (delete_after_ms, id) where deleted_at_ms is null and delete_after_ms is not null;

CREATE TABLE job_orders (
  job_id text not null primary key references jobs (id),
  -- What is to be made: words and settings, encrypted.
  sealed text not null check (sealed like 'v1.%'),
  created_at_ms bigint not null check (created_at_ms >= 0)
, delete_after_ms bigint);

CREATE INDEX job_orders_by_age on job_orders (created_at_ms);

CREATE INDEX job_orders_due on job_orders (delete_after_ms) where delete_after_ms is not null;

CREATE TABLE job_set_items (
  set_id text not null references job_sets (id),
  place integer not null check (place >= 0),
  -- What the caller calls it.
  label text,
  -- Its own part of what is to be made, encrypted.
  sealed text not null check (sealed like 'v1.%'),
  state text not null check (state in ('waiting', 'queued', 'refused', 'cancelled')),
  job_id text references jobs (id),
  -- Why no job was made of it.
  error_json text,
  check ((job_id is not null) = (state = 'queued')),
  primary key (set_id, place)
);

CREATE UNIQUE INDEX job_set_items_by_job on job_set_items (job_id) where job_id is not null;

CREATE INDEX job_set_items_waiting on job_set_items (set_id, place) where state = 'waiting';

CREATE TABLE job_sets (
  id text not null primary key,
  project_id text not null references projects (id),
  key_id text references api_keys (id),
  kind text not null check (kind in ('fanout', 'series', 'bulk')),
  name text,
  shape text not null check (shape in ('unified', 'native', 'task')),
  state text not null check (state in ('open', 'paused', 'cancelled', 'ended')),
  -- Why it was paused by itself.
  pause_reason text,
  -- What all its jobs have in common, encrypted.
  sealed text not null check (sealed like 'v1.%'),
  base_url text not null,
  total integer not null check (total >= 1),
  idempotency_key text,
  fingerprint text not null check (length(fingerprint) = 64),
  webhook_id text,
  webhook_events_json text,
  created_at_ms bigint not null check (created_at_ms >= 0),
  ended_at_ms bigint,
  check ((ended_at_ms is null) = (state in ('open', 'paused')))
);

CREATE UNIQUE INDEX job_sets_by_key on job_sets (project_id, idempotency_key) where idempotency_key is not null;

CREATE INDEX job_sets_by_project on job_sets (project_id, id);

CREATE INDEX job_sets_open on job_sets (id) where ended_at_ms is null;

CREATE TABLE jobs (
  -- A job is its generation.
  id text not null primary key references generations (id),
  project_id text not null references projects (id),
  key_id text references api_keys (id),
  -- In whose words it was asked for and is shown.
  shape text not null check (shape in ('unified', 'native', 'task')),
  lane text not null check (lane in ('standard', 'economy')),
  priority integer not null check (priority in (0, 1, 2)),
  -- The routes that could serve it when it came, in order, with commas.
  routes text not null check (routes <> ''),
  created_at_ms bigint not null check (created_at_ms >= 0),
  -- It does not begin before.
  ready_at_ms bigint not null check (ready_at_ms >= 0),
  -- It does not begin after.
  deadline_ms bigint not null check (deadline_ms > created_at_ms),
  -- What its money is set aside for: the attempt that is to come, or is under way.
  attempt_id text not null unique,
  -- How often it began. Whoever begins it counts on from what it saw, or does not begin it.
  starts integer not null check (starts >= 0),
  -- When the process that has it under way was last seen with it.
  heartbeat_at_ms bigint,
  cancel_requested_at_ms bigint,
  -- Address under which its caller reached the gateway.
  base_url text not null,
  retry_of text references jobs (id),
  -- The set it belongs to, and its place there.
  set_id text,
  set_place integer check ((set_place is null) = (set_id is null)),
  webhook_id text,
  webhook_events_json text
);

CREATE INDEX jobs_by_project on jobs (project_id, id);

CREATE INDEX jobs_by_retry on jobs (retry_of) where retry_of is not null;

CREATE INDEX jobs_by_set on jobs (set_id, set_place) where set_id is not null;

CREATE TABLE ledger_closings (
  span text not null primary key check (span in ('hour', 'day')),
  until_ms bigint not null check (until_ms >= 0)
);

CREATE TABLE ledger_entries (
  id text not null primary key,
  at_ms bigint not null check (at_ms >= 0),
  day text not null check (day like '____-__-__'),
  project_id text not null,
  key_id text,
  generation_id text not null,
  attempt_id text not null,
  route_id text not null,
  route_owner text not null,
  model text not null,
  project_tag text check (project_tag <> ''),
  book text not null check (book in ('provider', 'sandbox')),
  kind text not null check (
    kind in ('reserve', 'release', 'settle', 'hold_unknown', 'loss', 'resolve_charged', 'resolve_free', 'presume', 'adjust')
  ),
  bucket text not null check (bucket <> ''),
  nanos bigint not null check (nanos >= 0),
  images integer not null check (images >= 0),
  price_card text not null,
  actor text not null check (actor <> ''),
  unique (attempt_id, book, kind, bucket)
);

CREATE INDEX ledger_by_generation on ledger_entries (generation_id);

CREATE INDEX ledger_by_project on ledger_entries (project_id, at_ms, id);

CREATE INDEX ledger_by_time on ledger_entries (at_ms, id);

CREATE TRIGGER ledger_entries_are_never_changed before update on ledger_entries
begin
  select raise(abort, 'ledger entries are append-only: book a correction instead of changing one');
end;

CREATE TRIGGER ledger_entries_are_never_deleted before delete on ledger_entries
begin
  select raise(abort, 'ledger entries are append-only: what was booked cannot be deleted');
end;

CREATE TRIGGER ledger_entries_hold_whole_nanos before insert on ledger_entries when typeof(new.nanos) <> 'integer'
begin
  select raise(abort, 'ledger amounts are whole nano-dollars');
end;

CREATE TRIGGER ledger_entries_of_closed_hours after insert on ledger_entries
  when new.at_ms < (select until_ms from ledger_closings where span = 'hour')
begin
  insert into ledger_late_entries (entry_id, at_ms) values (new.id, new.at_ms);
end;

CREATE TABLE ledger_late_entries (
  entry_id text not null primary key,
  at_ms bigint not null
);

CREATE TABLE ledger_open_entries (
  entry_id text not null primary key,
  at_ms bigint not null
);

CREATE TABLE ledger_sums (
  span text not null check (span in ('hour', 'day')),
  from_ms bigint not null check (from_ms >= 0),
  n integer not null check (n >= 1),
  day text not null check (day like '____-__-__'),
  project_id text not null,
  key_id text,
  route_id text not null,
  route_owner text not null,
  model text not null,
  project_tag text check (project_tag <> ''),
  book text not null check (book in ('provider', 'sandbox')),
  calls bigint not null check (calls >= 0),
  images bigint not null check (images >= 0),
  -- An adjustment counts in its own hour, so that an hour's costs can be less than nothing.
  charged_nanos bigint not null,
  lost_nanos bigint not null,
  invoiced_nanos bigint not null,
  primary key (span, from_ms, n)
);

CREATE INDEX ledger_sums_by_project on ledger_sums (project_id, span, from_ms);

CREATE TABLE legal_holds (
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

CREATE INDEX legal_holds_active on legal_holds (subject_id) where released_at_ms is null;

CREATE TRIGGER legal_holds_are_never_deleted before delete on legal_holds
begin
  select raise(abort, 'legal holds are a history: none is deleted');
end;

CREATE TRIGGER legal_holds_are_released_once before update on legal_holds
  when old.released_at_ms is not null or new.id <> old.id or new.subject_kind <> old.subject_kind or new.subject_id <> old.subject_id
    or new.project_id <> old.project_id or new.reason <> old.reason or new.placed_by <> old.placed_by or new.placed_at_ms <> old.placed_at_ms
begin
  select raise(abort, 'legal holds are a history: a hold is released once, and nothing else of it changes');
end;

CREATE INDEX legal_holds_by_subject on legal_holds (subject_id, id);

CREATE TABLE nodes (
  -- Owner of the attempts that the process makes.
  id text not null primary key,
  role text not null check (role in ('all', 'api', 'worker')),
  -- Its data folder: whoever holds a folder knows that every earlier process of it has ended.
  folder_id text not null,
  version text not null,
  state text not null check (state in ('live', 'ended', 'dead')),
  -- Grows while it lives. Who sees the number stand still for long enough may say that it is dead.
  beats bigint not null check (beats >= 0),
  started_at_ms bigint not null check (started_at_ms >= 0),
  seen_at_ms bigint not null,
  ended_at_ms bigint
);

CREATE INDEX nodes_by_folder on nodes (folder_id, state);

CREATE INDEX nodes_live on nodes (id) where state = 'live';

CREATE TABLE object_locks (
  sha256 text not null primary key check (length(sha256) = 64),
  -- The process, by its boot.
  holder text not null check (holder <> ''),
  until_ms bigint not null,
  -- Where bytes may lie of which nothing else tells, should the holder die.
  path text
);

CREATE TABLE objects (
  sha256 text not null primary key check (length(sha256) = 64),
  store text not null,
  path text not null,
  bytes bigint not null check (bytes >= 0),
  media_type text not null,
  created_at_ms bigint not null check (created_at_ms >= 0)
, unused_since_ms bigint, removing_since_ms bigint);

CREATE INDEX objects_unused on objects (unused_since_ms) where unused_since_ms is not null;

CREATE TABLE projects (
  id text not null primary key,
  name text not null unique check (name <> ''),
  auto_quality text check (auto_quality in ('low', 'medium', 'high', 'xhigh', 'max')),
  created_at_ms bigint not null check (created_at_ms >= 0)
, settings_json text, archived_at_ms bigint);

CREATE TABLE prompt_versions (
  prompt_id text not null references prompts (id),
  version bigint not null check (version >= 1),
  -- Of the canonical JSON of the document.
  sha256 text not null check (length(sha256) = 64),
  sealed text not null check (sealed <> ''),
  created_by text not null check (created_by <> ''),
  created_at_ms bigint not null check (created_at_ms >= 0),
  primary key (prompt_id, version)
);

CREATE TRIGGER prompt_versions_are_never_deleted before delete on prompt_versions
begin
  select raise(abort, 'versions of prompts are a history: none is changed or deleted');
end;

CREATE TRIGGER prompt_versions_never_change before update on prompt_versions
begin
  select raise(abort, 'versions of prompts are a history: none is changed or deleted');
end;

CREATE TABLE prompt_words (
  -- A word as only the key of the vault can make it: 52 bits of an HMAC over project and word.
  word bigint not null,
  -- Of the generation, so that the key has the order in which pictures are shown.
  created_at_ms bigint not null,
  generation_id text not null references generations (id),
  delete_after_ms bigint,
  primary key (word, created_at_ms, generation_id)
) without rowid;

CREATE INDEX prompt_words_by_generation on prompt_words (generation_id);

CREATE INDEX prompt_words_due on prompt_words (delete_after_ms) where delete_after_ms is not null;

CREATE TABLE prompts (
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

CREATE INDEX prompts_by_project on prompts (project_id, id);

CREATE TABLE publications (
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

CREATE TRIGGER publications_are_never_deleted before delete on publications
begin
  select raise(abort, 'publications are a history: none is deleted');
end;

CREATE INDEX publications_by_image on publications (image_id, id);

CREATE TRIGGER publications_end_once before update on publications
  when old.ended_at_ms is not null or new.id <> old.id or new.image_id <> old.image_id or new.project_id <> old.project_id
    or new.published_by <> old.published_by or new.published_at_ms <> old.published_at_ms or new.review_id is not old.review_id
begin
  select raise(abort, 'publications are a history: one ends once, and nothing else of it changes');
end;

CREATE UNIQUE INDEX publications_live on publications (image_id) where ended_at_ms is null;

CREATE TABLE response_turns (
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

CREATE INDEX response_turns_by_previous on response_turns (project_id, previous_response_id) where previous_response_id is not null;

CREATE INDEX response_turns_by_response on response_turns (project_id, response_id);

CREATE INDEX response_turns_open on response_turns (created_at_ms) where finished_at_ms is null;

CREATE TABLE review_changes (
  item_id text not null primary key references review_items (id),
  image_id text not null unique references images (id),
  project_id text not null references projects (id),
  sealed text,
  asked_at_ms bigint not null,
  delete_after_ms bigint,
  generation_id text unique references generations (id)
);

CREATE INDEX review_changes_due on review_changes (delete_after_ms) where sealed is not null and delete_after_ms is not null;

CREATE TABLE review_decisions (
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
  read_at_ms bigint, own integer check (own in (0, 1)), own_allowed_by text
  check ((own_allowed_by is not null) = (coalesce(own, 0) = 1 and decision = 'approved')), own_allowed_at_ms bigint check ((own_allowed_at_ms is null) = (own_allowed_by is null)),
  check ((by_kind = 'key') = (by_key_id is not null))
);

CREATE TRIGGER review_decisions_are_never_changed before update on review_decisions
begin
  select raise(abort, 'decisions are append-only: revoke one instead of changing it');
end;

CREATE TRIGGER review_decisions_are_never_deleted before delete on review_decisions
begin
  select raise(abort, 'decisions are append-only: what was decided cannot be deleted');
end;

CREATE INDEX review_decisions_by_item on review_decisions (item_id, at_ms, id);

CREATE TABLE review_due (
  generation_id text not null primary key references generations (id),
  project_id text not null references projects (id),
  -- Why, by whom, until when: the project's rules as they were then.
  plan_json text not null,
  created_at_ms bigint not null check (created_at_ms >= 0)
);

CREATE TABLE review_items (
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

CREATE TRIGGER review_items_are_never_deleted before delete on review_items
begin
  select raise(abort, 'reviews are a history: none is deleted');
end;

CREATE INDEX review_items_by_generation on review_items (generation_id);

CREATE INDEX review_items_by_project on review_items (project_id, id);

CREATE INDEX review_items_guarded on review_items (id) where closed_at_ms is null and guard_decides = 'waiting';

CREATE INDEX review_items_open on review_items (opened_at_ms, id) where closed_at_ms is null;

CREATE TRIGGER review_items_stay_decided before update on review_items
  when old.closed_at_ms is not null and (new.closed_at_ms is null or new.closed_at_ms <> old.closed_at_ms or new.image_id <> old.image_id
    or (new.state <> old.state and not (old.state = 'approved' and new.state = 'revoked')))
begin
  select raise(abort, 'a review that is decided stays so: only an approval can be revoked');
end;

CREATE INDEX review_items_to_tell on review_items (due_at_ms) where closed_at_ms is null and due_at_ms is not null and overdue_told_at_ms is null;

CREATE TABLE review_reads (
  item_id text not null references review_items (id),
  person text not null,
  name text not null check (name <> ''),
  first_at_ms bigint not null,
  last_at_ms bigint not null check (last_at_ms >= first_at_ms),
  primary key (item_id, person)
);

CREATE TABLE rollouts (
  id text not null primary key,
  route_id text not null check (route_id <> ''),
  config_sha256 text not null check (length(config_sha256) = 64),
  project_id text not null references projects (id),
  actor text not null check (actor <> ''),
  -- The process that walks. One that has ended walks no further.
  owner text not null check (owner <> ''),
  -- `waiting`: for a person to decide; nobody needs to walk for that.
  state text not null check (state in ('running', 'waiting', 'passed', 'failed')),
  started_at_ms bigint not null check (started_at_ms >= 0),
  finished_at_ms bigint check ((finished_at_ms is null) = (state in ('running', 'waiting'))),
  budget_nanos bigint not null check (budget_nanos >= 0),
  report_json text not null
);

CREATE INDEX rollouts_by_route on rollouts (route_id, id);

CREATE TABLE route_grants (
  id text not null primary key,
  route_id text not null check (route_id <> ''),
  config_sha256 text not null check (length(config_sha256) = 64),
  reason text not null check (reason <> ''),
  actor text not null check (actor <> ''),
  granted_at_ms bigint not null check (granted_at_ms >= 0),
  until_ms bigint not null check (until_ms > granted_at_ms),
  revoked_at_ms bigint
);

CREATE INDEX route_grants_by_route on route_grants (route_id, until_ms);

CREATE TABLE route_watch (
  route_id text not null primary key,
  config_sha256 text not null check (length(config_sha256) = 64),
  mismatches_in_a_row integer not null check (mismatches_in_a_row >= 0),
  mismatches_total bigint not null check (mismatches_total >= 0),
  pictures_total bigint not null check (pictures_total >= mismatches_total),
  last_mismatch_at_ms bigint,
  last_mismatch_generation_id text,
  last_mismatch_reason text,
  reopened_at_ms bigint,
  reopened_reason text,
  check ((reopened_at_ms is null) = (reopened_reason is null))
);

CREATE TABLE schema_migrations (
  id text not null primary key,
  applied_at_ms bigint not null,
  sha256 text not null,
  breaking integer not null check (breaking in (0, 1))
);

CREATE TABLE shared_secrets (
  name text not null primary key,
  sealed text not null check (sealed like 'v1.%'),
  created_at_ms bigint not null check (created_at_ms >= 0)
);

CREATE TABLE stored_replies (
  generation_id text not null primary key references generations (id),
  -- HTTP status of the answer.
  status integer not null check (status between 200 and 599),
  -- Its text around the pictures; null for an error, which the generation has, and for an answer whose text was too long to be kept.
  sealed text,
  created_at_ms bigint not null check (created_at_ms >= 0)
, delete_after_ms bigint);

CREATE INDEX stored_replies_due on stored_replies (delete_after_ms) where delete_after_ms is not null;

CREATE TABLE thumbnails (
  image_id text not null references images (id),
  -- Most pixels of its width.
  width integer not null check (width > 0),
  sha256 text not null check (length(sha256) = 64),
  created_at_ms bigint not null check (created_at_ms >= 0),
  primary key (image_id, width)
);

CREATE INDEX thumbnails_by_object on thumbnails (sha256);

CREATE TABLE turn_documents (
  generation_id text not null primary key references generations (id),
  sealed text not null,
  created_at_ms bigint not null check (created_at_ms >= 0),
  delete_after_ms bigint
);

CREATE INDEX turn_documents_due on turn_documents (delete_after_ms) where delete_after_ms is not null;

CREATE TABLE unknown_evidence (
  id text not null primary key,
  generation_id text not null references generations (id),
  -- The one attempt it is about: evidence is never used again for another.
  attempt_id text not null references attempts (id),
  project_id text not null references projects (id),
  at_ms bigint not null check (at_ms >= 0),
  step text not null check (step in ('E0', 'E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7')),
  finding text not null check (finding in ('charged', 'not_charged', 'undecided', 'run_again')),
  -- What was done because of it.
  effect text not null check (effect in ('none', 'resolved', 'presumed', 'adjusted')),
  -- What the call cost, as far as this says so.
  nanos bigint check (nanos >= 0),
  actor text not null check (actor <> ''),
  evidence_json text not null
);

CREATE INDEX unknown_evidence_by_generation on unknown_evidence (generation_id, at_ms, id);

CREATE TRIGGER unknown_evidence_is_never_changed before update on unknown_evidence
begin
  select raise(abort, 'evidence is append-only: note what contradicts it instead of changing it');
end;

CREATE TRIGGER unknown_evidence_is_never_deleted before delete on unknown_evidence
begin
  select raise(abort, 'evidence is append-only: what was noted cannot be deleted');
end;

CREATE TABLE upstream_secrets (
  -- As darkroom.yaml names it.
  name text not null primary key check (name <> ''),
  -- New whenever the name is taken anew after it was removed.
  id text not null unique,
  -- How often it was set.
  version integer not null check (version >= 1),
  -- Ciphertext, bound to id and version.
  sealed text not null check (sealed like 'v1.%'),
  created_at_ms bigint not null check (created_at_ms >= 0),
  updated_at_ms bigint not null check (updated_at_ms >= 0)
);

CREATE TABLE webhook_attempts (
  message_id text not null references webhook_messages (id),
  n integer not null check (n >= 1),
  at_ms bigint not null check (at_ms >= 0),
  duration_ms bigint not null check (duration_ms >= 0),
  -- Null when no head came.
  http_status integer check (http_status between 100 and 999),
  -- Why it was no success; null for one.
  cause text check (cause <> ''),
  request_json text not null,
  response_json text,
  primary key (message_id, n)
);

CREATE TABLE webhook_endpoints (
  id text not null primary key,
  project_id text not null references projects (id),
  -- The key whose call named the address; null for a receiver that a project keeps, and where the admin token asked.
  key_id text references api_keys (id),
  origin text not null check (origin in ('project', 'call')),
  url text not null check (url <> ''),
  -- What waits together, and is held up together.
  lane text not null check (lane <> ''),
  description text not null,
  -- JSON list of types; null = every event of a job.
  event_types_json text,
  style text not null check (style in ('standard', 'unified')),
  state text not null check (state in ('enabled', 'disabled')),
  disabled_why text check (disabled_why in ('gone', 'failing', 'by_hand') and (disabled_why is null) = (state = 'enabled')),
  disabled_at_ms bigint check ((disabled_at_ms is null) = (state = 'enabled')),
  -- How often the secret was set; the one before it has the number before it.
  secret_version integer not null check (secret_version >= 1),
  -- Ciphertext, bound to id and version; empty once the receiver was deleted.
  sealed_secret text not null,
  -- The secret before it, while both are signed with.
  sealed_previous text check ((sealed_previous is null) = (previous_until_ms is null)),
  previous_until_ms bigint,
  last_success_at_ms bigint,
  -- Attempts that failed since the last success, and when the first of them was.
  failures integer not null check (failures >= 0),
  failing_since_ms bigint check ((failing_since_ms is null) = (failures = 0)),
  created_at_ms bigint not null check (created_at_ms >= 0),
  -- Of one that calls name: when the last call did.
  updated_at_ms bigint not null check (updated_at_ms >= 0),
  deleted_at_ms bigint
);

CREATE INDEX webhook_endpoints_by_project on webhook_endpoints (project_id, origin, id);

CREATE TABLE webhook_messages (
  id text not null primary key,
  project_id text not null references projects (id),
  endpoint_id text not null references webhook_endpoints (id),
  lane text not null check (lane <> ''),
  -- No reference: a message outlives its event, and a test has none.
  event_id text not null check (event_id <> ''),
  event_type text not null check (event_type <> ''),
  event_at_ms bigint not null check (event_at_ms >= 0),
  style text not null check (style in ('standard', 'unified')),
  -- Ciphertext of what is sent, every time byte for byte the same.
  sealed_body text not null check (sealed_body like 'v1.%'),
  state text not null check (state in ('pending', 'delivered', 'exhausted', 'cancelled')),
  -- Place in the schedule: attempts since it was made, or asked for anew.
  step integer not null check (step >= 0),
  -- Attempts that ended, ever.
  attempts integer not null check (attempts >= 0),
  next_attempt_at_ms bigint not null check (next_attempt_at_ms >= 0),
  -- The process that is making an attempt, and until when it is believed to.
  claimed_by text check ((claimed_by is null) = (lease_until_ms is null)),
  lease_until_ms bigint,
  last_status integer,
  last_cause text,
  created_at_ms bigint not null check (created_at_ms >= 0),
  ended_at_ms bigint check ((ended_at_ms is null) = (state = 'pending')),
  unique (event_id, endpoint_id)
);

CREATE INDEX webhook_messages_by_endpoint on webhook_messages (endpoint_id, created_at_ms, id);

CREATE INDEX webhook_messages_due on webhook_messages (lane, next_attempt_at_ms) where state = 'pending';

CREATE INDEX webhook_messages_ended on webhook_messages (ended_at_ms) where ended_at_ms is not null;
