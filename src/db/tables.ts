import type { Generated } from 'kysely'

/**
 * Rows as they stand in the database, for Kysely. Times are milliseconds since 1970 (`*_ms`), money is bigint nanos,
 * flags are 0/1, `*_json` columns hold JSON text. The schema's history is in `migrations/`.
 */
export interface Tables {
  projects: ProjectRow
  api_keys: ApiKeyRow
  browser_sessions: BrowserSessionRow
  generations: GenerationRow
  attempts: AttemptRow
  images: ImageRow
  objects: ObjectRow
  object_locks: ObjectLockRow
  legal_holds: LegalHoldRow
  review_due: ReviewDueRow
  review_items: ReviewItemRow
  review_decisions: ReviewDecisionRow
  review_reads: ReviewReadRow
  review_changes: ReviewChangeRow
  publications: PublicationRow
  generation_inputs: GenerationInputRow
  files: FileRow
  drift_reports: DriftReportRow
  thumbnails: ThumbnailRow
  guard_texts: GuardTextsRow
  guard_verdicts: GuardVerdictRow
  credential_reports: CredentialReportRow
  response_turns: ResponseTurnRow
  image_calls: ImageCallRow
  turn_documents: TurnDocumentRow
  prompt_words: PromptWordRow
  generation_labels: GenerationLabelRow
  handoffs: HandoffRow
  rollouts: RolloutRow
  gate_runs: GateRunRow
  route_grants: RouteGrantRow
  route_watch: RouteWatchRow
  ledger_entries: LedgerEntryRow
  ledger_closings: LedgerClosingRow
  ledger_sums: LedgerSumRow
  ledger_open_entries: LedgerNotedEntryRow
  ledger_late_entries: LedgerNotedEntryRow
  unknown_evidence: UnknownEvidenceRow
  call_identities: CallIdentityRow
  idempotency_keys: IdempotencyKeyRow
  call_attachments: CallAttachmentRow
  stored_replies: StoredReplyRow
  budgets: BudgetRow
  budget_periods: BudgetPeriodRow
  budget_holds: BudgetHoldRow
  budget_alerts: BudgetAlertRow
  upstream_secrets: UpstreamSecretRow
  nodes: NodeRow
  duties: DutyRow
  shared_secrets: SharedSecretRow
  events: EventTable
  jobs: JobRow
  job_orders: JobOrderRow
  job_sets: JobSetRow
  job_set_items: JobSetItemRow
  webhook_endpoints: WebhookEndpointRow
  webhook_messages: WebhookMessageRow
  webhook_attempts: WebhookAttemptRow
  batches: BatchRow
  batch_items: BatchItemRow
  prompts: PromptRow
  prompt_versions: PromptVersionRow
  schema_migrations: { id: string; applied_at_ms: number; sha256: string; breaking: number }
}

/** A walk of a route from its first picture to real traffic. */
export interface RolloutRow {
  id: string
  route_id: string
  config_sha256: string
  project_id: string
  actor: string
  /** The process that walks. */
  owner: string
  state: 'running' | 'waiting' | 'passed' | 'failed'
  started_at_ms: number
  finished_at_ms: number | null
  budget_nanos: bigint
  report_json: string
}

/** Work that somebody does by hand. */
export interface HandoffRow {
  id: string
  project_id: string
  /** Null when the admin token opened it. */
  key_id: string | null
  created_at_ms: number
  expires_at_ms: number
  operation: 'generate' | 'edit'
  /** As stated by whoever opened it. */
  route_owner: string
  model: string
  wanted_json: string
  prompt_sha256: string
  /** Null once the time of its words is over. */
  sealed: string | null
  delete_after_ms: number | null
  source_kind: 'image' | 'file' | null
  source_ref: string | null
  state: 'open' | 'used' | 'cancelled'
  closed_at_ms: number | null
  generation_id: string | null
}

/** A word of a prompt, blinded. */
export interface PromptWordRow {
  /** 52 bits of an HMAC over project and word. */
  word: number
  /** Of the generation. */
  created_at_ms: number
  generation_id: string
  delete_after_ms: number | null
}

/** A label of a generation, as pictures are found by it. */
export interface GenerationLabelRow {
  /** Name, colon, value. */
  label: string
  project_id: string
  /** Of the generation. */
  created_at_ms: number
  generation_id: string
}

/** A prompt that a project keeps. */
export interface PromptRow {
  id: string
  project_id: string
  name: string
  /** The newest. */
  version: number
  /** Id of a key, or `admin`. */
  created_by: string
  created_at_ms: number
  updated_at_ms: number
  archived_at_ms: number | null
}

/** One version of a prompt. Never changed or deleted. */
export interface PromptVersionRow {
  prompt_id: string
  version: number
  /** Of the canonical JSON of the document. */
  sha256: string
  /** The document, encrypted for this row alone. */
  sealed: string
  created_by: string
  created_at_ms: number
}

/** A generation that nobody waits for. Its state is the generation's. */
export interface JobRow {
  id: string
  project_id: string
  key_id: string | null
  /** `unified`, `native` or `task`: in whose words it was asked for. */
  shape: string
  /** `standard` or `economy`. */
  lane: string
  /** 0 low, 1 normal, 2 high; among the jobs of its project. */
  priority: number
  /** Ids of the routes that could serve it when it came, with commas. */
  routes: string
  created_at_ms: number
  ready_at_ms: number
  deadline_ms: number
  /** What its money is set aside for: the attempt that is to come, or is under way. */
  attempt_id: string
  /** How often it began. */
  starts: number
  heartbeat_at_ms: number | null
  cancel_requested_at_ms: number | null
  base_url: string
  retry_of: string | null
  set_id: string | null
  set_place: number | null
  webhook_id: string | null
  webhook_events_json: string | null
}

/** Calls that go upstream as one file. */
export interface BatchRow {
  id: string
  route_id: string
  route_owner: string
  operation: 'generate' | 'edit'
  /** As the route sends it. */
  model_sent: string
  state: 'collecting' | 'uploading' | 'creating' | 'running' | 'reading' | 'cleaning' | 'ended'
  created_at_ms: number
  state_at_ms: number
  /** How often its present step failed. */
  tries: number
  next_look_at_ms: number
  input_file_id: string | null
  input_bytes: number | null
  input_sha256: string | null
  /** When its creation may have been sent that was not answered. */
  create_sent_at_ms: number | null
  /** Since when complete listings lack it. */
  absent_since_ms: number | null
  made_anew: number
  upstream_id: string | null
  upstream_status: string | null
  upstream_total: number
  upstream_completed: number
  upstream_failed: number
  expires_at_ms: number | null
  output_file_id: string | null
  error_file_id: string | null
  /** Answers to its lines in the output file; null until that was read to its end. */
  answers: number | null
  cancel_asked_at_ms: number | null
  errors_json: string | null
  outcome: 'completed' | 'failed' | 'expired' | 'cancelled' | 'not_made' | 'lost' | null
  ended_at_ms: number | null
}

/** A line of a batch. */
export interface BatchItemRow {
  batch_id: string
  place: number
  job_id: string
  attempt_id: string
  /** What settling needs of the call, encrypted; null once the line is over. */
  sealed: string | null
  /** What upstream said of it, or what was found out; null while it is open. */
  line: 'answered' | 'refused' | 'expired' | 'cancelled' | 'missing' | 'invalid' | 'unmade' | 'withdrawn' | 'unknown' | 'elsewhere' | null
  ended_at_ms: number | null
}

/** Several jobs that belong together. */
export interface JobSetRow {
  id: string
  project_id: string
  key_id: string | null
  /** `fanout`, `series` or `bulk`. */
  kind: string
  name: string | null
  shape: string
  /** `open`, `paused`, `cancelled` or `ended`. */
  state: string
  /** Why it was paused by itself. */
  pause_reason: string | null
  sealed: string
  base_url: string
  total: number
  idempotency_key: string | null
  fingerprint: string
  webhook_id: string | null
  webhook_events_json: string | null
  created_at_ms: number
  ended_at_ms: number | null
}

/** One of them: what is to be made, or the job that makes it. */
export interface JobSetItemRow {
  set_id: string
  place: number
  /** What the caller calls it. */
  label: string | null
  sealed: string
  /** `waiting`, `queued`, `refused` or `cancelled`. */
  state: string
  job_id: string | null
  error_json: string | null
}

/** What a job is to make, sealed. */
export interface JobOrderRow {
  job_id: string
  sealed: string
  created_at_ms: number
  delete_after_ms: number | null
}

/** Something that happened, to be told to whoever wants to know. */
export interface EventRow {
  seq: number
  id: string
  project_id: string
  subject_id: string
  type: string
  at_ms: number
  data_json: string
  handed_out_at_ms: number | null
}

/** The database counts `seq` by itself. */
type EventTable = Omit<EventRow, 'seq'> & { seq: Generated<number> }

/** A team's space: keys, spend and pictures belong to one. */
export interface ProjectRow {
  id: string
  name: string
  /** Quality reserved when a request says `auto`; null = the model's dearest. */
  auto_quality: string | null
  created_at_ms: number
  /** Limits of the project; null = none. */
  settings_json: string | null
  archived_at_ms: number | null
}

/** An API key; the key itself is never kept, only its HMAC digest. */
export interface ApiKeyRow {
  id: string
  project_id: string
  name: string
  digest: string
  last4: string
  created_at_ms: number
  last_used_at_ms: number | null
  revoked_at_ms: number | null
  /** First key of the chain in which keys replace one another; null when this one has replaced none. */
  chain_id: string | null
  /** When a replaced key stops working; null = it does not by itself. */
  expires_at_ms: number | null
}

/** Somebody signed in at the studio; signing out removes the row. */
export interface BrowserSessionRow {
  /** Of the token that the browser holds. */
  digest: string
  /** Of the key or admin token that opened it: the session lasts no longer than that. */
  credential_digest: string
  created_at_ms: number
  expires_at_ms: number
}

/** One request for pictures: head of its production log record. */
export interface GenerationRow {
  id: string
  project_id: string
  /** Null when the admin token asked. */
  key_id: string | null
  created_at_ms: number
  completed_at_ms: number | null
  operation: string
  surface: string
  /** `running | completed | failed | outcome_unknown`; `queued` and `cancelled` once there are jobs. */
  status: string
  client_request_id: string | null
  model_asked: string
  route_id: string
  route_owner: string
  route_contract_json: string
  request_shape_json: string
  warnings_json: string
  project_tag: string | null
  end_user: string | null
  timeout_ms: number
  /** `provider` for real money, `sandbox` for play money. */
  book: string
  price_card: string
  estimated_nanos: bigint
  reserved_nanos: bigint
  settled_nanos: bigint
  held_unknown_nanos: bigint
  usage_json: string | null
  usage_source: string | null
  previews_asked: number
  previews_received: number
  previews_nanos: bigint
  retry_reason: string | null
  next_action: string
  /** The error a caller was answered, without message details that could hold a prompt. */
  error_json: string | null
  /** Pictures that were asked for. */
  images_asked: number
  /** Labels of the caller. */
  metadata_json: string | null
  /** When a job left the queue; null for what was never queued, and for what still is. */
  started_at_ms: number | null
  /** The span that it belongs to, as a W3C `traceparent`. */
  trace_parent: string | null
}

/** One upstream call for a generation. */
export interface AttemptRow {
  id: string
  generation_id: string
  n: number
  route_id: string
  /**
   * `dispatching | ok | rejected | server_refused | not_sent | unknown | charged_lost`; what was unknown becomes
   * `resolved_charged | resolved_free | presumed_charged`.
   */
  state: string
  /** Boot that owns the attempt: only its owner, or a sweep that knows the owner dead, may end it. */
  owner: string
  client_request_id: string
  model_sent: string
  model_reported: string | null
  retry_reason: string | null
  http_status: number | null
  upstream_request_id: string | null
  started_at_ms: number
  /** When the last byte of the request left; null means it may have left all the same: the mark is written after the fact. */
  sent_at_ms: number | null
  first_byte_ms: number | null
  total_ms: number | null
  /** Outcome class and cause in the provider's words. */
  outcome: string | null
  cost_nanos: bigint | null
}

/** One result picture. Its bytes are in `objects` under `sha256`; deletion removes this reference. */
export interface ImageRow {
  id: string
  generation_id: string
  attempt_id: string
  project_id: string
  /** Place in the answer, from 0; previews that were kept follow the results. */
  idx: number
  /** 1 for a preview of a stream, 0 for a result. */
  is_preview: number
  sha256: string
  width: number | null
  height: number | null
  format: string | null
  bytes: number
  /** `stored | not_stored`. */
  storage: string
  evidence_json: string
  created_at_ms: number
  delete_after_ms: number | null
  deletion_policy: string
  deleted_at_ms: number | null
  /** The picture of the model that Darkroom made this one of; null for what the model made. */
  derived_from: string | null
  /** What was done to it: `{kind, …}`; null for what the model made. */
  process_json: string | null
}

/** One picture that a request brought along. Bytes of the caller are under `sha256`, those that went upstream under `sent_sha256`. */
export interface GenerationInputRow {
  id: string
  generation_id: string
  project_id: string
  /** `image | mask | markup`. */
  role: string
  /** Place among the inputs of its role, from 0. */
  idx: number
  /** `upload | data_url | url | file | image`. */
  source: string
  /** File name, address without its query, or id of the file or picture; null when the source has none. */
  source_ref: string | null
  sha256: string
  sent_sha256: string
  /** `mask_from_luminance | png`; null when what the caller gave went upstream untouched. */
  conversion: string | null
  width: number
  height: number
  format: string
  bytes: number
  /** What the caller said of where it comes from and what may be done with it. */
  rights: string | null
  created_at_ms: number
  delete_after_ms: number | null
  deletion_policy: string
  deleted_at_ms: number | null
}

/** A file that a caller keeps here, to name it in later requests. */
export interface FileRow {
  id: string
  project_id: string
  purpose: string
  file_name: string
  bytes: number
  sha256: string
  media_type: string
  width: number | null
  height: number | null
  created_at_ms: number
  expires_at_ms: number | null
  deleted_at_ms: number | null
}

/** What an edit changed where it should not have, measured after delivery. */
export interface DriftReportRow {
  image_id: string
  /** `pending | measured | failed | not_comparable`. */
  state: string
  report_json: string | null
  heat_map_sha256: string | null
  error: string | null
  created_at_ms: number
  finished_at_ms: number | null
}

/** A small picture of a picture. */
export interface ThumbnailRow {
  image_id: string
  /** Most pixels of its width. */
  width: number
  sha256: string
  created_at_ms: number
}

/** Texts that the pictures of a generation shall show, as its request declared them. */
export interface GuardTextsRow {
  generation_id: string
  sealed: string
  created_at_ms: number
  delete_after_ms: number | null
}

/** What the guard found about a picture, judged after delivery. */
export interface GuardVerdictRow {
  image_id: string
  state: 'pending' | 'judged' | 'failed'
  /** Null while it is pending; `needs_human` when it could not be judged. */
  overall: 'adoptable' | 'needs_human' | 'reject' | null
  /** Figures and reasons, without words that were declared or read. */
  report_json: string | null
  /** Those words. */
  words_sealed: string | null
  words_delete_after_ms: number | null
  side_by_side_sha256: string | null
  error: string | null
  /** The process that judges it now, by its boot. */
  claimed_by: string | null
  /** Until when others leave it to that one. */
  claimed_until_ms: number | null
  /** How often judging began. */
  tries: number
  created_at_ms: number
  finished_at_ms: number | null
}

/** What the content credentials embedded in a picture say, read after delivery. */
export interface CredentialReportRow {
  image_id: string
  /** `pending | read | failed`. */
  state: string
  report_json: string | null
  error: string | null
  created_at_ms: number
  finished_at_ms: number | null
}

/** One turn of an assistant flow. */
export interface ResponseTurnRow {
  generation_id: string
  project_id: string
  attempt_id: string
  route_id: string
  /** Upstream's id of the response, which is the caller's too. */
  response_id: string
  previous_response_id: string | null
  conversation_id: string | null
  main_model: string
  /** 1 when upstream keeps the response, as far as it was asked to. */
  stored_upstream: number
  background: number
  /** `queued | in_progress | completed | failed | incomplete | cancelled`. */
  status: string
  created_at_ms: number
  finished_at_ms: number | null
  /** The `assistant` member of the production log record, once the turn is settled. */
  assistant_json: string | null
  /** When upstream was last asked for a background response. */
  polled_at_ms: number | null
  deleted_at_ms: number | null
}

/** One call of the image tool in a turn. */
export interface ImageCallRow {
  generation_id: string
  project_id: string
  /** Upstream's id of the item, `ig_…`. */
  call_id: string
  /** Place among the image calls of the response, from 0. */
  idx: number
  /** Null when the item failed, or its picture could not be kept. */
  image_id: string | null
  /** `completed | failed | incomplete`. */
  status: string
  action: string | null
  /** The item's error object; holds nothing of the prompt. */
  error_json: string | null
  created_at_ms: number
}

/** What was asked and answered in a turn, without pictures, encrypted. */
export interface TurnDocumentRow {
  generation_id: string
  sealed: string
  created_at_ms: number
  delete_after_ms: number | null
}

/** Bytes kept once per hash, whoever refers to them. */
export interface ObjectRow {
  sha256: string
  store: string
  path: string
  bytes: number
  media_type: string
  created_at_ms: number
  /** Since when nobody refers to it; null while somebody does. */
  unused_since_ms: number | null
  /** Since when its bytes are being removed, or are gone already: whoever puts them again writes them again. */
  removing_since_ms: number | null
}

/** Who works on the bytes of a hash: puts and records them, or removes them. */
export interface ObjectLockRow {
  sha256: string
  /** The process, by its boot. */
  holder: string
  until_ms: number
  /** Where bytes may lie of which nothing else tells, should the holder die. */
  path: string | null
}

/** Something that must not be deleted, and why. A hold is placed once and released once. */
export interface LegalHoldRow {
  id: string
  /** `image | generation | project`. */
  subject_kind: string
  subject_id: string
  project_id: string
  reason: string
  placed_by: string
  placed_at_ms: number
  release_reason: string | null
  released_by: string | null
  released_at_ms: number | null
}

/** A call whose pictures are to be looked at. */
export interface ReviewDueRow {
  generation_id: string
  project_id: string
  plan_json: string
  created_at_ms: number
}

/** A picture that people decide about. */
export interface ReviewItemRow {
  id: string
  project_id: string
  generation_id: string
  image_id: string
  /** `open | claimed | approved | rejected | changes_requested | revoked | deleted`. */
  state: string
  reasons_json: string
  checklist_json: string
  /** Null when the administrator asked for the picture. */
  submitter_key_id: string | null
  approvals_needed: number
  approvals: number
  claim_ms: number
  /** `never | waiting | declined`. */
  guard_decides: string
  opened_at_ms: number
  due_at_ms: number | null
  overdue_told_at_ms: number | null
  /** The person, not the credential. */
  claimed_by: string | null
  claimed_name: string | null
  claim_until_ms: number | null
  closed_at_ms: number | null
}

/** One decision. Append-only. */
export interface ReviewDecisionRow {
  id: string
  item_id: string
  project_id: string
  /** `approved | rejected | changes_requested | revoked`. */
  decision: string
  /** `key | admin | policy`. */
  by_kind: string
  by_key_id: string | null
  by_name: string
  person: string
  at_ms: number
  why: string
  answers_json: string
  image_sha256: string
  read_at_ms: number | null
  /** 1: whoever decided had asked for the picture. Null: older than this column. */
  own: number | null
  /** Of an approval of one's own: who had allowed it, and since when. */
  own_allowed_by: string | null
  own_allowed_at_ms: number | null
}

/** When somebody opened a picture at full size. */
export interface ReviewReadRow {
  item_id: string
  person: string
  name: string
  first_at_ms: number
  last_at_ms: number
}

/** What is to change in a picture, and the edit that was made for it. */
export interface ReviewChangeRow {
  item_id: string
  image_id: string
  project_id: string
  /** Ciphertext; null once its time was over. */
  sealed: string | null
  asked_at_ms: number
  delete_after_ms: number | null
  generation_id: string | null
}

/** A public address of a picture, from its beginning to its end. */
export interface PublicationRow {
  id: string
  project_id: string
  image_id: string
  review_id: string | null
  base_url: string
  published_by: string
  published_name: string
  published_at_ms: number
  ended_by: string | null
  ended_name: string | null
  ended_why: string | null
  /** `unpublished | revoked | deleted`. */
  ended_how: string | null
  ended_at_ms: number | null
  ended_mark: string | null
}

/** One run of the acceptance gate on a route. */
export interface GateRunRow {
  id: string
  route_id: string
  /** Of the configuration that was tested; the run holds for it alone. */
  config_sha256: string
  ran_at_ms: number
  valid_until_ms: number
  /** `production | fallback | manual-test | refused | unknown`. */
  verdict: string
  report_json: string
  cost_nanos: bigint
  /** Who started it: an API key, the admin, or the gateway itself. */
  actor: string
}

/** Leave to test a refused route by hand, for a time. */
export interface RouteGrantRow {
  id: string
  route_id: string
  config_sha256: string
  reason: string
  actor: string
  granted_at_ms: number
  until_ms: number
  revoked_at_ms: number | null
}

/** How the pictures of a route turn out under its present configuration. */
export interface RouteWatchRow {
  route_id: string
  config_sha256: string
  /** Pictures since the last one that was as asked. */
  mismatches_in_a_row: number
  mismatches_total: number
  pictures_total: number
  last_mismatch_at_ms: number | null
  last_mismatch_generation_id: string | null
  last_mismatch_reason: string | null
  /** When too many in a row took the verdict of the gate away; a new run gives it back. */
  reopened_at_ms: number | null
  reopened_reason: string | null
}

/** One line of the append-only ledger. */
export interface LedgerEntryRow {
  id: string
  at_ms: number
  /** UTC day `YYYY-MM-DD`, for grouping. */
  day: string
  project_id: string
  key_id: string | null
  generation_id: string
  attempt_id: string
  route_id: string
  route_owner: string
  model: string
  project_tag: string | null
  /** `provider` for real money, `sandbox` for play money: never summed together. */
  book: string
  /** `reserve | release | settle | hold_unknown | loss | resolve_charged | resolve_free | presume | adjust`. */
  kind: string
  /** Price bucket of a settle line (`image_out`, `per_call` …), `hold` of a line that closes a hold, `more-1` or `less-1` of an adjustment, else `total`. */
  bucket: string
  nanos: bigint
  /** Pictures the attempt delivered, on one of its settle lines; 0 on all others, so that a sum counts each once. */
  images: number
  price_card: string
  /** Who caused the entry: an API key, the admin, or `boot-sweep`. */
  actor: string
}

/** Up to where the ledger has sums of hours, or of days. */
export interface LedgerClosingRow {
  span: 'hour' | 'day'
  until_ms: number
}

/** What the entries of one hour or day come to, of those that have all of this in common. */
export interface LedgerSumRow
  extends Pick<LedgerEntryRow, 'day' | 'project_id' | 'key_id' | 'route_id' | 'route_owner' | 'model' | 'project_tag' | 'book'> {
  span: 'hour' | 'day'
  from_ms: number
  /** Tells the rows of one span apart. */
  n: number
  calls: number
  images: number
  charged_nanos: bigint
  lost_nanos: bigint
  invoiced_nanos: bigint
}

/** An entry of a closed hour that its sums say nothing of, or not all. */
export interface LedgerNotedEntryRow {
  entry_id: string
  at_ms: number
}

/** What was found out about an attempt whose outcome nobody knew. Append-only. */
export interface UnknownEvidenceRow {
  id: string
  generation_id: string
  attempt_id: string
  project_id: string
  at_ms: number
  /** Step of the ladder, `E0` to `E7`. */
  step: string
  /** `charged | not_charged | undecided | run_again`. */
  finding: string
  /** `none | resolved | presumed | adjusted`. */
  effect: string
  /** What the call cost, as far as this says so. */
  nanos: bigint | null
  actor: string
  evidence_json: string
}

/** How much a project, or one key of it, may spend in a period. */
export interface BudgetRow {
  id: string
  project_id: string
  /** Null = the whole project. */
  key_id: string | null
  name: string
  /** `day | month | total`, UTC. */
  period: string
  /** `provider` for real money, `sandbox` for play money. */
  book: string
  /** Null = whoever bills. */
  route_owner: string | null
  limit_nanos: bigint
  created_at_ms: number
  ended_at_ms: number | null
}

/** A budget in one of its periods. */
export interface BudgetPeriodRow {
  budget_id: string
  /** `2026-11-20`, `2026-11` or `total`. */
  period: string
  limit_nanos: bigint
  spent_nanos: bigint
  /** For calls under way and calls of unknown cost. */
  reserved_nanos: bigint
  /** How much of it is for calls of unknown cost. */
  held_nanos: bigint
  created_at_ms: number
}

/** What an attempt has set aside in a budget. */
export interface BudgetHoldRow {
  attempt_id: string
  budget_id: string
  period: string
  nanos: bigint
  /** `reserved | held | ended`. */
  state: string
}

/** A threshold that a budget crossed in a period. */
export interface BudgetAlertRow {
  budget_id: string
  period: string
  percent: number
  at_ms: number
  /** When log and metric said it. */
  told_at_ms: number | null
}

/** What a generation was asked for, so that a repetition of the call is known again. */
export interface CallIdentityRow {
  generation_id: string
  project_id: string
  /** Null when the admin token asked. */
  key_id: string | null
  /** `images | responses | jobs`. */
  family: string
  /** SHA-256 of the canonical request and of what it brought along. */
  fingerprint: string
  created_at_ms: number
  /** `delivered | left`; null while the first caller's connection is open, or when the process died with it. */
  delivery: string | null
}

/** A caller's own name of a call, for as long as it is remembered. */
export interface IdempotencyKeyRow {
  project_id: string
  family: string
  idempotency_key: string
  fingerprint: string
  generation_id: string
  created_at_ms: number
}

/** A request that was answered by a generation which another request began, without naming a key. */
export interface CallAttachmentRow {
  id: string
  generation_id: string
  project_id: string
  key_id: string | null
  /** `shadow | coalesced | cache`. */
  attached_by: string
  /** Shadow only. */
  retry_count: number | null
  request_id: string
  at_ms: number
}

/** The answer of a generation, from which it is made again. */
export interface StoredReplyRow {
  generation_id: string
  /** HTTP status. */
  status: number
  /** Text around the pictures, sealed; null for an error, and for a text too long to be kept. */
  sealed: string | null
  created_at_ms: number
  delete_after_ms: number | null
}

/** A process that shares the database, or did. */
export interface NodeRow {
  /** Owner of the attempts it makes. */
  id: string
  /** `all | api | worker` */
  role: string
  /** Of its data folder. */
  folder_id: string
  version: string
  /** `live | ended | dead` */
  state: string
  /** Grows while it lives. */
  beats: number
  started_at_ms: number
  seen_at_ms: number
  ended_at_ms: number | null
}

/** What one process does for all. */
export interface DutyRow {
  name: string
  node_id: string
  since_ms: number
}

/** A secret that all processes have in common. */
export interface SharedSecretRow {
  name: string
  /** With the master key, bound to the name. */
  sealed: string
  created_at_ms: number
}

/** A key of an upstream, encrypted. */
export interface UpstreamSecretRow {
  name: string
  id: string
  /** How often it was set. */
  version: number
  /** Bound to id and version. */
  sealed: string
  created_at_ms: number
  updated_at_ms: number
}

/** Where events are sent: a receiver that a project keeps, or one that calls named. */
export interface WebhookEndpointRow {
  id: string
  project_id: string
  /** The key whose call named it; null for a project's own, and where the admin token asked. */
  key_id: string | null
  /** `project | call` */
  origin: string
  url: string
  /** What waits together, and is held up together. */
  lane: string
  description: string
  /** Null = every event of a job. */
  event_types_json: string | null
  /** `standard | unified` */
  style: string
  /** `enabled | disabled` */
  state: string
  /** `gone | failing | by_hand` */
  disabled_why: string | null
  disabled_at_ms: number | null
  secret_version: number
  /** Ciphertext, bound to id and version; empty once it was deleted. */
  sealed_secret: string
  /** The secret of the version before, while both are signed with. */
  sealed_previous: string | null
  previous_until_ms: number | null
  last_success_at_ms: number | null
  /** Attempts that failed since the last success. */
  failures: number
  failing_since_ms: number | null
  created_at_ms: number
  updated_at_ms: number
  deleted_at_ms: number | null
}

/** One event for one receiver. */
export interface WebhookMessageRow {
  id: string
  project_id: string
  endpoint_id: string
  lane: string
  event_id: string
  event_type: string
  event_at_ms: number
  style: string
  /** Ciphertext of what is sent. */
  sealed_body: string
  /** `pending | delivered | exhausted | cancelled` */
  state: string
  /** Place in the schedule. */
  step: number
  /** Attempts that ended. */
  attempts: number
  next_attempt_at_ms: number
  /** Boot that is making an attempt. */
  claimed_by: string | null
  lease_until_ms: number | null
  last_status: number | null
  last_cause: string | null
  created_at_ms: number
  ended_at_ms: number | null
}

/** One attempt to deliver a message. */
export interface WebhookAttemptRow {
  message_id: string
  n: number
  at_ms: number
  duration_ms: number
  http_status: number | null
  /** Null for a success. */
  cause: string | null
  request_json: string
  response_json: string | null
}
