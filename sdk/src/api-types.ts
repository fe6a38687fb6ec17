// Written from openapi.json by `npm run generate`. Do not edit.

/** Of a call that takes none. */
export type NoParameters = Record<string, never>

export interface Advice {
  lang: 'en' | 'ja' | 'zh-CN'
  surface: 'images' | 'responses' | 'provider' | 'chatgpt'
  /** null where no program calls. */
  operation: 'generate' | 'edit' | 'respond' | null
  /** The reasons, the deciding one first. */
  why: string[]
  /** What the advice stands on: given as an answer, or read out of the words. */
  understood: Array<{
    signal: 'direct_artefact' | 'conversation' | 'several_steps' | 'other_tools' | 'by_hand' | 'edit' | 'planning' | 'many' | 'fast' | 'review' | 'provider_need'
    value: boolean | 'payment' | 'compatibility' | 'support' | 'fallback'
    from: 'answer' | 'words'
  }>
  /** When this surface is the wrong one. */
  stop_rule: {
    id: string
    text: string
  }
  /** What is settled by this choice. */
  fixes: {
    endpoint: string
    cost: string
    limits: string
    latency: string
    storage: string
    error_handling: string
    support: string
  }
  /** Where planning before drawing exists on this surface. */
  planning: {
    available: boolean
    text: string
  }
  /** What in the job does not go with the surface. */
  warnings: {
    code: string
    message: string
  }[]
  /** null for work by hand. */
  request: {
    method: 'POST'
    path: string
    /** Beside Authorization and Content-Type. */
    headers: Record<string, string>
    /** The JSON body; prompts and addresses in it are to be replaced. */
    body: Record<string, unknown>
    curl: string
    /** For the official openai package. */
    openai_node: string
  } | null
}

export interface AdviceRequest {
  lang?: 'en' | 'ja' | 'zh-CN'
  /** The job in a few sentences: English, Japanese or Chinese. */
  description?: string
  /** A picture is the whole result: a banner, a product shot, a batch of icons. */
  direct_artefact?: boolean
  /** People talk with it over several turns, and pictures come up on the way. */
  conversation?: boolean
  /** The picture is one step of a longer flow that a model runs. */
  several_steps?: boolean
  /** Search, files, functions or code take part in the same answer. */
  other_tools?: boolean
  /** A person makes it in a window, once or now and then; no program calls. */
  by_hand?: boolean
  /** It starts from existing pictures. */
  edit?: boolean
  /** Layout, text or facts must be worked out before drawing ("thinking"). */
  planning?: boolean
  /** Hundreds or more at once, with nobody waiting. */
  many?: boolean
  /** Somebody waits and wants to see something within seconds. */
  fast?: boolean
  /** A person must look before it is public. */
  review?: boolean
  /** Why somebody else than OpenAI must serve; none = nothing stands against OpenAI. */
  provider_need?: 'payment' | 'compatibility' | 'support' | 'fallback' | 'none'
  pictures_per_day?: number
  /** How long the caller can wait for a picture. */
  answer_within_seconds?: number
}

export interface ApiKey {
  id: string
  project_id: string
  name: string
  last4: string
  created_at: string
  last_used_at: string | null
  revoked_at: string | null
  /** When a key that was replaced stops working. */
  expires_at: string | null
}

export interface AssistantTrace {
  main_model: string
  /** false = no price card; the call counts at the ceiling of the project. */
  main_model_priced: boolean
  response_id: string | null
  call_ids: string[]
  previous_response_id: string | null
  reasoning_effort: string | null
  complexity: {
    effort: string | null
    from: 'tool' | 'reasoning' | 'default'
  } | null
  background: boolean
  /** Whether upstream was asked to keep the response. */
  store: boolean
  /** Pictures of earlier turns that were sent as bytes in place of an id. */
  replayed_images: number
  trace: TraceStep[]
}

export interface Batch {
  id: string
  /** creating: looked for, where its creation was not answered. reading: over upstream, and being brought home. */
  state: 'collecting' | 'uploading' | 'creating' | 'running' | 'reading' | 'cleaning' | 'ended'
  /** not_made: given up before upstream had it; lost: what it wrote is gone; null while it is not known. */
  outcome: 'completed' | 'failed' | 'expired' | 'cancelled' | 'not_made' | 'lost' | null
  route_id: string
  route_owner: string
  operation: 'generate' | 'edit'
  model_sent: string
  /** As upstream shows it; null before it is known there. */
  upstream: {
    id: string
    status: string | null
    counts: {
      total: number
      completed: number
      failed: number
    }
    expires_at: string | null
  } | null
  /** The lines as they were sent. */
  input: {
    file_id: string
    bytes: number
    sha256: string
  } | null
  /** By what became of them. Jobs of expired, cancelled, missing and unmade lines went on in the standard lane or another batch, or ended. */
  lines: {
    total: number
    open: number
    ended: Record<string, number>
  }
  cost: {
    reserved: Money
    settled: Money
    held_unknown: Money
  }
  /** Why upstream would not run it; the first hundred. */
  errors: Array<{
    code: string | null
    message: string | null
    param: string | null
    /** From 1; null = the whole file. */
    line: number | null
  }>
  earliest_deadline: string | null
  /** How often its present step failed in a row. */
  tries: number
  /** How often it was proven not to have been made, and was made anew. */
  made_anew: number
  created_at: string
  state_since: string
  next_look_at: string | null
  cancel_asked_at: string | null
  ended_at: string | null
}

export interface BrowserSession {
  /** An API key sees its project, the administrator everything. */
  role: 'key' | 'admin'
  /** Where what is made belongs to. */
  project: {
    id: string
    name: string
  }
  key_id: string | null
  expires_at: string
  /** True while the sandbox alone serves: calls cost nothing. */
  play_money: boolean
  /** Of the gateway. */
  version: string
}

export interface Budget {
  id: string
  name: string
  project_id: string
  key_id: string | null
  period: 'day' | 'month' | 'total'
  /** The period under way, UTC: `2026-11-20`, `2026-11` or `total`. */
  period_id: string
  renews_at: string | null
  book: 'provider' | 'sandbox'
  route_owner: string | null
  limit: Money
  spent: Money
  /** Set aside for calls under way. */
  reserved: Money
  /** Set aside for calls of which nobody knows what they cost. */
  held: Money
  /** What a new call may cost; negative once calls cost more than was set aside for them. */
  left: Money
  /** Thresholds that what is spent or held has reached in this period. */
  alerts: {
    percent: number
    at: string
  }[]
  created_at: string
  ended_at: string | null
}

export interface BudgetChange {
  name?: string
  limit_usd?: string
}

export interface Budgets {
  budgets: Budget[]
}

export interface Bulk {
  id: string
  name: string | null
  state: 'running' | 'paused' | 'cancelled' | 'ended'
  /** Code of the error that the next item would have met, where it paused by itself. */
  pause_reason: string | null
  lane: 'standard' | 'economy'
  priority: 'low' | 'normal' | 'high'
  total: number
  counts: {
    /** Of which no job was made yet. */
    waiting: number
    queued: number
    running: number
    completed: number
    failed: number
    /** Of which no job could be made; free. */
    refused: number
    cancelled: number
    outcome_unknown: number
  }
  /** Share of the items that are over. */
  done: number
  /** Of the items that became jobs so far. */
  cost: {
    estimated: Money
    reserved: Money
    settled: Money
    held_unknown: Money
  }
  /** Items that ended lately; null while nothing did. */
  per_minute: number | null
  /** When the last item should be over, at the present pace. */
  eta: string | null
  created_at: string
  ended_at: string | null
  /** Path of its items. */
  items: string
  /** Path of its manifest, a table. */
  manifest: string
  /** Path of its pictures in one zip file. */
  archive: string
}

export interface BulkCheck {
  total: number
  /** Of so many something can be said; the others were not reached within ten seconds. */
  judged: number
  /** Edits: their pictures are fetched, judged and priced when their turn comes. */
  not_priced: number
  /** Items that cannot be read as a call: with any of these the bulk is not accepted. */
  unusable: number
  /** Those, and items that would be refused when their turn comes, for free. */
  refused: number
  /** In the order of the items, a hundred at most. */
  refusals: Array<{
    item: number
    code: string | null
    param: string | null
    message: string
  }>
  /** Who would make them. */
  route_owners: string[]
  /** Of all that were priced, together. */
  estimate: {
    low: Money
    expected: Money
    high: Money
    reserve: Money
  }
}

export interface BulkItem {
  /** Counts from 1. */
  item: number
  custom_id: string | null
  state: 'waiting' | 'queued' | 'running' | 'completed' | 'failed' | 'refused' | 'cancelled' | 'outcome_unknown'
  job_id: string | null
  images: {
    id: string
    url: string
    sha256: string
    /** Its name in the archive. */
    file: string
  }[]
  cost: Money | null
  error: Record<string, unknown> | null
}

export interface BulkRequest {
  /** Jobs, lines of OpenAI batch files, OpenAI bodies, or variables of the template. */
  items: Record<string, unknown>[]
  /** A job with `{{name}}` in its texts. */
  template?: Record<string, unknown>
  name?: string
  lane?: 'standard' | 'economy'
  priority?: 'low' | 'normal' | 'high'
  start_at?: string
  deadline?: string
  webhook_url?: string
  webhook_events?: Array<'completed' | 'failed' | 'cancelled'>
}

export interface CallSums {
  from: string
  /** Exclusive. */
  to: string
  rows: Array<{
    day?: string
    model?: string
    /** As it was asked for; null where the call has none. */
    quality?: string | null
    route_owner: string
    book: 'provider' | 'sandbox'
    calls: number
    settled: Money
    /** Calls that were completed and of which nothing is unknown: what was expected, and what it was. */
    compared: {
      calls: number
      estimated: Money
      settled: Money
    }
    /** How much of the settled was for previews. */
    previews: Money
    /** Upstream calls after the first of each, and their part of the settled. */
    repeats: {
      calls: number
      settled: Money
    }
    held_unknown: Money
  }>
}

export interface Check {
  ok: boolean
  refusals: {
    status: number
    error: ErrorObject
  }[]
  warnings: ContractWarning[]
  resolved: {
    model: string
    size: string
    quality: string
    output_format: string
    n: number
  } | null
  estimate: Estimate | null
}

export interface ContractWarning {
  code: string
  param: string | null
  message: string
}

export interface CreatedApiKey {
  id: string
  project_id: string
  name: string
  last4: string
  created_at: string
  last_used_at: string | null
  revoked_at: string | null
  /** When a key that was replaced stops working. */
  expires_at: string | null
  key: string
}

export interface DarkroomExtension {
  /** Rectangles that an edit must leave as they are. */
  protect?: {
    x: number
    y: number
    width: number
    height: number
  }[]
  /** What the picture is about, for the check after an edit; without it the largest region that stands out is taken. */
  subject?: {
    x: number
    y: number
    width: number
    height: number
  }
  /** Texts the picture must show, for the check after the call. */
  texts?: {
    text: string
    lang: string
    box?: {
      x: number
      y: number
      width: number
      height: number
    }
  }[]
  /** Where the inputs come from and what may be done with them: one note for all, or a list with one for each image. */
  rights?: string | Array<string | null> | Record<string, string>
  /** The stored prompt that is the prompt of this call, which has no `prompt` of its own then. Without a version: the newest. */
  prompt?: {
    id: string
    version?: number
    /** Values of the variables, by name. */
    variables?: Record<string, string>
  }
  /** Up to 16 labels of the caller, kept with the record. */
  metadata?: Record<string, string>
  /** strict: pixels outside the mask are put back from the source. */
  mask?: 'guide' | 'strict'
  /** What of the mask file says where to draw: transparency, or brightness (white is drawn anew). */
  mask_mode?: 'alpha' | 'luminance'
  /** Soft edge inside a strict mask, pixels of the first image. */
  feather_px?: number
  /** Whether a person must decide before the picture is public. */
  review?: 'required' | 'none'
}

export interface DeadLetter {
  /** Its name in the queue. */
  id: string
  job_id: string
  project_id: string
  /** The last fault. */
  why: string | null
  since: string
  /** When it ends by itself, free of charge. */
  deadline: string
}

export interface DeletedPictures {
  generation_id: string
  pictures: Array<{
    id: string
    kind: 'result' | 'original' | 'preview' | 'input'
    deleted_at: string
    /** True where this request found it deleted. */
    was_deleted_before: boolean
  }>
}

export interface Drift {
  image_id: string
  status: 'pending' | 'measured' | 'failed' | 'not_comparable' | 'not_applicable'
  /** The picture that was edited. */
  compared_with: {
    sha256: string
    input_id: string
  } | null
  alignment: {
    shift_x: number
    shift_y: number
    scale: number
    confidence: number
  } | null
  /** null when the mask keeps no pixel. */
  outside: {
    /** Share of the pixels outside the mask that changed visibly, after alignment. */
    changed_fraction: number
    /** The same without alignment: a picture that only moved as a whole counts here. */
    changed_fraction_raw: number
    /** Structural similarity, 1 = the same. */
    ssim: number
    /** How colours moved, in CIE Lab (D65): mean of result minus source, and the length of the difference. */
    colour_shift: {
      l: number
      a: number
      b: number
      delta_e_mean: number
      delta_e_p95: number
    }
    /** Bounds of the largest connected part that changed. */
    max_region: {
      x: number
      y: number
      width: number
      height: number
    } | null
  } | null
  /** What changed where the mask is open: whether the edit did anything. */
  inside: {
    changed_fraction: number
  } | null
  /** In the order of `darkroom.protect`; null for a rectangle beyond the picture. */
  boxes: Array<{
    box: {
      x: number
      y: number
      width: number
      height: number
    }
    changed_fraction: number
    /** Structural similarity, 1 = the same. */
    ssim: number
    delta_e: number
  } | null>
  heat_map_url: string | null
  measured_at: string | null
  error: string | null
}

export interface DriftSummary {
  status: 'pending' | 'measured' | 'failed' | 'not_comparable' | 'not_applicable'
  changed_fraction: number | null
  ssim: number | null
}

export interface ErrorBody {
  error: ErrorObject
}

export interface ErrorObject {
  message: string
  type: string
  code: string | null
  param: string | null
  /** Whether the failed call cost money. */
  outcome: 'not_charged' | 'charged' | 'unknown'
  generation_id: string | null
  request_id: string
  next_action: 'retry' | 'downgrade' | 'reroute' | 'human' | 'stop' | 'none'
  /** Where this error is explained. */
  docs: string
  [member: string]: unknown
}

export interface Estimate {
  model: string
  route_id: string
  route_owner: string
  price_card: {
    id: string
    date: string
  }
  /** economy: the batch prices of the card hold. */
  lane: 'standard' | 'economy'
  /** Expected tokens by bucket, of an assistant call those of its image tool; null where the route charges by the call. */
  tokens: {
    text_in: number
    image_in: number
    image_out: number
    partial_images: number
  } | null
  /** The other bill of an assistant call; null for direct image calls. */
  main_model: {
    model: string
    /** null = no price; its part stands at the ceiling. */
    price_card: {
      id: string
      date: string
    } | null
    tokens: {
      main_in: number
      main_out: number
    }
  } | null
  low: Money
  expected: Money
  high: Money
  reserve: Money
  /** The expected price, bucket by bucket. */
  per_bucket: Record<string, Money>
  /** The expected price at each quality of the model. */
  per_quality: Record<string, Money>
  /** What the figures stand on; none = no cost promise. */
  promise: 'token' | 'per_call' | 'none'
  assumptions: string[]
}

export interface EstimateRequest {
  operation?: 'generate' | 'edit' | 'respond'
  /** The body exactly as the call would have it. */
  request: Record<string, unknown>
  /** Price it on this route instead of the one that would serve it. */
  route?: string
  /** economy: as a job of that lane, at batch prices. */
  lane?: 'standard' | 'economy'
}

export interface File {
  id: string
  object: 'file'
  bytes: number
  /** Seconds since 1970. */
  created_at: number
  /** Absent for a file that is kept until it is deleted. */
  expires_at?: number
  filename: string
  purpose: string
  status: 'processed'
}

export interface FileDeleted {
  id: string
  object: 'file'
  deleted: true
}

export interface FileFetch {
  /** An https address. */
  url: string
  /** Kept until it is deleted when left out. */
  expires_after_seconds?: number
}

export interface FileUpload {
  /** A PNG, WebP or JPEG with a single picture. */
  file: Blob
  purpose: 'vision'
  'expires_after[anchor]'?: 'created_at'
  'expires_after[seconds]'?: number
}

export interface Files {
  object: 'list'
  data: File[]
  first_id: string | null
  last_id: string | null
  has_more: boolean
}

export interface FoundPicture {
  id: string
  generation_id: string
  project_id: string
  /** When it was asked for. */
  created_at: string
  /** Its bytes, for the same key. */
  url: string
  sha256: string
  width: number | null
  height: number | null
  format: string | null
  bytes: number
  operation: 'generate' | 'edit' | 'respond'
  surface: 'images' | 'responses' | 'provider' | 'chatgpt'
  model: string
  route_id: string
  route_owner: string
  quality: string
  prompt_sha256: string | null
  tag: string | null
  metadata: Record<string, string> | null
  book: 'provider' | 'sandbox'
  /** Of its generation, for all its pictures. */
  cost: {
    settled: Money
    held_unknown: Money
  }
  delete_after: string | null
}

export interface FoundPictures {
  images: FoundPicture[]
  /** Goes on behind them. A page may have fewer pictures than were asked for, or none, and go on all the same. */
  next_cursor: string | null
}

export interface GateList {
  routes: Array<{
    route_id: string
    route_owner: string
    config_sha256: string
    grade: 'production' | 'fallback' | 'manual-test' | 'refused'
    restrictions: Array<'no_production' | 'unknown_wrapper' | 'no_cost_promise' | 'no_inputs' | 'manual_only'>
    why: string
    /** Of the latest run under this configuration; null = there was none. */
    gate_verdict: 'production' | 'fallback' | 'manual-test' | 'refused' | 'unknown' | null
    ran_at: string | null
    valid_until: string | null
    /** true = pictures in a row did not match; the gate must run again. */
    reopened: boolean
    /** true = manual tests of a refused route were allowed by name. */
    granted: boolean
    pictures_watched: number
    /** How many of the watched pictures were not what was asked. */
    mismatches: number
  }>
}

export interface GateReport {
  route_id: string
  route_owner: string
  config_sha256: string
  ran_at: string
  valid_until: string
  verdict: 'production' | 'fallback' | 'manual-test' | 'refused' | 'unknown'
  restrictions: Array<'no_production' | 'unknown_wrapper' | 'no_cost_promise' | 'no_inputs' | 'manual_only'>
  gates: Array<{
    name: 'owner' | 'model_mapping' | 'billing' | 'output_rights' | 'observability'
    /** missing = nobody stated it, or too little came back to tell. */
    result: 'pass' | 'fail' | 'missing'
    why: string
    /** null where the gate is passed. */
    consequence: 'no_production' | 'unknown_wrapper' | 'no_cost_promise' | 'no_inputs' | 'manual_only' | null
  }>
  probes: Array<{
    name: string
    asked: string
    got: string
    signal: 'for' | 'against' | 'none'
    /** Points for (above 0) or against (below 0) the route being what it says. */
    weight: number
    generation_id: string | null
    detail: string
  }>
  /** Probes that do not suit this route. */
  skipped: {
    name: string
    reason: string
  }[]
  /** Patterns that were seen on reverse routes before. */
  signatures: {
    name: string
    words: string
  }[]
  /** What an unknown verdict lacks; empty otherwise. */
  missing: string[]
  /** What the probes were charged. */
  cost: Money
  /** What the run was allowed to cost. */
  cost_ceiling: Money
  /** What the probes were expected to cost, refusals at nothing. */
  planned_cost: Money
  /** true = nothing was sent. */
  dry_run: boolean
  next_action: string
  /** What a gate cannot prove. */
  notes: string[]
}

export interface GateRun {
  /** Plan and price the probes, send nothing. */
  dry_run?: boolean
  /** What the run may cost; a probe that could go beyond it is not made. */
  max_cost_usd?: string
}

export interface GenerationRecord {
  id: string
  created_at: string
  completed_at: string | null
  operation: 'generate' | 'edit' | 'respond'
  surface: 'images' | 'responses' | 'provider' | 'chatgpt'
  status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'
  /** Whether the call cost money, as far as it is known now; null while it runs. */
  outcome: 'not_charged' | 'charged' | 'unknown' | null
  /** When an unknown outcome is presumed to be a charge; null where nothing is unknown. */
  resolve_by: string | null
  /** What was found out about an unknown outcome, oldest first. */
  outcome_evidence: OutcomeEvidence[]
  /** Upstream's request id of the last attempt. */
  request_id: string | null
  client_request_id: string | null
  /** Of the caller's trace (`traceparent`), or of one that this gateway began. */
  trace_id: string | null
  project_id: string
  project_tag: string | null
  /** Who asked. */
  submitter: {
    kind: 'key' | 'admin'
    key_id: string | null
    name: string | null
  }
  /** The picture that this edit corrects, and the review that asked for it. */
  parent: {
    generation_id: string
    image_id: string
    review_id: string
  } | null
  /** Labels of the caller (`darkroom.metadata`). */
  metadata: Record<string, string> | null
  route_owner: string
  route_id: string
  route_contract: {
    version: number | string
    base_url: string
    price_card: string
    billing: string | null
    failed_call_billing: Record<string, string> | null
    output_rights: Record<string, string | boolean> | null
    terms: {
      url: string
      read_on: string
      by: string
    } | null
    account_owner: string | null
    [member: string]: unknown
  }
  model_mapping: {
    requested: string
    sent: string | null
    reported: string | null
  }
  request_shape: {
    prompt_sha256: string
    prompt_version: string | null
    input_image_count: number
    input_images: InputImage[]
    mask_sha256: string | null
    size: string
    quality: string
    output_format: string
    output_compression: number | null
    background: string
    moderation: string
    n: number
    partial_images: number
    stream: boolean
    /** Rectangles that the edit was to leave alone, in pixels of the result. */
    protect: {
      x: number
      y: number
      width: number
      height: number
    }[]
    /** What the picture is about, as declared; pixels of the result. */
    subject?: {
      x: number
      y: number
      width: number
      height: number
    } | null
    /** Texts that the picture was to show. Their words stand in no record. */
    texts?: number
  }
  /** The pictures that were delivered. */
  images: RecordedImage[]
  /** Pictures as the model made them, where others were delivered in their place. */
  originals: RecordedImage[]
  usage: {
    text_in: number
    text_cached_in: number
    image_in: number
    image_cached_in: number
    image_out: number
    text_out: number
    partial_images: number
    main_model: Record<string, unknown> | null
    web_search_calls: number
    source: 'upstream' | 'upstream_without_details' | 'estimated'
  } | null
  cost: {
    currency: 'USD'
    book: 'provider' | 'sandbox'
    /** Decimal dollars. */
    estimated: string
    /** The same in nano-dollars. */
    estimated_nanos: string
    /** Decimal dollars. */
    reserved: string
    /** The same in nano-dollars. */
    reserved_nanos: string
    /** Decimal dollars. */
    settled: string
    /** The same in nano-dollars. */
    settled_nanos: string
    /** Decimal dollars. */
    held_unknown: string
    /** The same in nano-dollars. */
    held_unknown_nanos: string
    /** Nobody found out within 72 hours whether the call was charged: the settled cost is what it is taken to be. */
    presumed: boolean
    price_card: string
  }
  attempts: Array<{
    id: string
    n: number
    route_id: string
    /** `unknown` until it is `resolved_charged`, `resolved_free` or `presumed_charged`; else how the call ended. */
    state: string
    outcome: string | null
    retry_reason: 'timeout' | 'policy' | 'validation' | 'size' | 'rate_limit' | 'quota' | 'auth' | 'provider_5xx' | 'network' | 'unknown_outcome' | null
    http_status: number | null
    request_id: string | null
    started_at: string
    first_byte_ms: number | null
    total_ms: number | null
    cost: Money | null
  }>
  previews: {
    asked: number
    received: number
    cost: Money
    /** Previews that were kept, because the call asked for it (`x-darkroom-partials: store`). */
    images: RecordedImage[]
  }
  timeout_ms: number
  /** Null for calls that nobody can repeat: those of the gate, and those of older releases. */
  idempotency: Idempotency | null
  assistant: AssistantTrace | null
  retry_reason: 'timeout' | 'policy' | 'validation' | 'size' | 'rate_limit' | 'quota' | 'auth' | 'provider_5xx' | 'network' | 'unknown_outcome' | null
  next_action: 'retry' | 'downgrade' | 'reroute' | 'human' | 'stop' | 'none'
  /** What keeps it, or pictures of it, from being deleted now. Why, administrators see at `/v2/legal-holds`. */
  legal_holds: Array<{
    id: string
    subject_kind: 'image' | 'generation' | 'project'
    subject_id: string
    placed_at: string
  }>
  warnings: ContractWarning[]
  error: ErrorObject | null
}

export interface GenerationThread {
  generation_id: string
  turns: Array<{
    /** 1 is the turn that began it. */
    n: number
    generation_id: string
    response_id: string | null
    previous_response_id: string | null
    /** Ids of the image calls of the turn. */
    call_ids: string[]
    created_at: string
    status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'
    main_model: string
    prompt_sha256: string
    /** null when it was not kept or its time is over. */
    prompt: string | null
    image_ids: string[]
    /** What linked the turn to the one before it; start for the first. */
    continued_by: 'previous_response_id' | 'image_call_id' | 'start'
    /** Pictures that Darkroom sent as bytes because upstream no longer had them. */
    replayed_images: number
  }>
}

export interface GenerationTrace {
  generation_id: string
  response_id: string | null
  previous_response_id: string | null
  main_model: string
  status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'
  /** null when it was not kept or its time is over. */
  asked_prompt: string | null
  calls: Array<{
    call_id: string
    status: string
    action: string | null
    images: {
      id: string
      sha256: string
      /** Of this gateway; opens with the key of the project. */
      url: string
    }[]
    revised_prompt: string | null
    /** From the asked prompt to the revised one; null where either is not known any more. */
    difference: PromptSegment[] | null
    error: {
      code: string | null
      message: string
      [member: string]: unknown
    } | null
  }>
  /** What the main model wrote beside the pictures; null when it was not kept. */
  text: string | null
}

export interface Guard {
  image_id: string
  status: 'pending' | 'judged' | 'failed' | 'not_applicable'
  overall: 'adoptable' | 'needs_human' | 'reject' | null
  drift: {
    /** null where the rule has nothing to judge in this picture. */
    verdict: 'kept' | 'changed' | 'unsure' | null
    /** Why, as one word; docs/guard.md explains each. */
    reason: string
    /** Share of the pixels outside the mask that changed. */
    outside: number | null
    /** The same of each protected rectangle; null for one beyond the picture. */
    boxes: Array<number | null>
  } | null
  subject: {
    /** null where the rule has nothing to judge in this picture. */
    verdict: 'kept' | 'changed' | 'unsure' | null
    /** Why, as one word; docs/guard.md explains each. */
    reason: string
    /** `salient`: nobody said what the subject is; the largest region that stands out was taken. */
    from: 'declared' | 'salient' | null
    box: {
      x: number
      y: number
      width: number
      height: number
    } | null
    shift_x: number | null
    shift_y: number | null
    scale: number | null
    /** Structural similarity once its motion is undone, 1 = the same. */
    ssim: number | null
    delta_e: number | null
  } | null
  camera: {
    /** null where the rule has nothing to judge in this picture. */
    verdict: 'kept' | 'changed' | 'unsure' | null
    /** Why, as one word; docs/guard.md explains each. */
    reason: string
    /** Features that were followed; null where the whole picture was aligned instead. */
    features: number | null
    /** Degrees, clockwise. */
    rotation: number | null
    scale: number | null
    /** The furthest that a corner moved, as a share of the longer side. */
    corner: number | null
  } | null
  text: {
    /** null where the rule has nothing to judge in this picture. */
    verdict: 'kept' | 'changed' | 'unsure' | null
    /** Why, as one word; docs/guard.md explains each. */
    reason: string
    texts: Array<{
      /** `protected`: read in a protected rectangle of the source. */
      kind: 'declared' | 'protected'
      /** Place in `darkroom.texts` or `darkroom.protect`. */
      index: number
      lang: string
      box: {
        x: number
        y: number
        width: number
        height: number
      } | null
      verdict: 'kept' | 'changed' | 'unsure'
      /** Why, as one word; docs/guard.md explains each. */
      reason: string
      /** Of the reading that decided, 0 to 100. */
      confidence: number | null
      /** Largest spot of print that only one of the two has, in squares of a stroke. */
      print_spot: number | null
      /** Correlation of the two in the part of the text where it is lowest; 1 = the same. */
      print_agreement: number | null
      /** Words are null once their time is over. */
      text: string | null
      read_before: string | null
      read_after: string | null
    }>
  } | null
  /** npm packages without which texts could not be read. */
  missing_packages: string[]
  side_by_side_url: string | null
  judged_at: string | null
  error: string | null
}

export interface GuardSummary {
  status: 'pending' | 'judged' | 'failed' | 'not_applicable'
  /** null until it is judged. */
  overall: 'adoptable' | 'needs_human' | 'reject' | null
}

export interface Handoff {
  id: string
  project_id: string
  state: 'open' | 'used' | 'cancelled' | 'expired'
  created_at: string
  expires_at: string
  closed_at: string | null
  operation: 'generate' | 'edit'
  surface: 'chatgpt'
  route_id: 'by-hand'
  route_owner: string
  model: string
  prompt_sha256: string
  /** To be pasted; null once the time of its words is over. */
  prompt: string | null
  checklist: {
    id: string
    text: string
  }[]
  /** The picture to be edited, for the same key. */
  source: {
    kind: 'image' | 'file'
    id: string
    url: string
  } | null
  size: string | null
  output_format: 'png' | 'jpeg' | 'webp' | null
  /** Where the picture goes, as a form; null where none is taken any more. */
  upload: {
    url: string
    field: 'image'
    formats: Array<'png' | 'jpeg' | 'webp'>
    max_bytes: number
  } | null
  /** The record that the picture has: `GET /v2/generations/{id}`. */
  generation_id: string | null
}

export interface HandoffResult {
  /** PNG, JPEG or WebP, up to 50 MiB: the file as it was downloaded. */
  image: Blob
  /** What the account showed as its model, where that is known by now. */
  model?: string
}

export interface HandoffTaken {
  handoff: Handoff
  generation_id: string
  image: {
    id: string
    url: string
    sha256: string
    width: number
    height: number
    format: string
    bytes: number
  }
  warnings: Array<{
    code: string
    param: string | null
    message: string
  }>
}

export interface Handoffs {
  handoffs: Handoff[]
  next_cursor: string | null
}

export interface Idempotency {
  /** Idempotency keys that name this call, as long as they are remembered. */
  keys: string[]
  /** Of the canonical request and of what it brought along. */
  fingerprint: string
  /** Whether the first caller, or its silent retry, had the whole answer; null while that is not known. */
  delivery: 'delivered' | 'left' | null
  attached: Array<{
    /** shadow = a retry of the official client that named no key. */
    attached_by: 'shadow' | 'coalesced' | 'cache'
    at: string
    request_id: string
  }>
}

export interface ImageEditForm {
  /** A model id or alias of GET /v1/models. */
  model: string
  /** Required, unless `darkroom.prompt` or `x-darkroom-prompt` names a stored one. */
  prompt?: string
  /** Pictures of one coherent set; 1 when left out. */
  n?: number | null
  /** auto, or WIDTHxHEIGHT by the rules of the model (GET /v2/models). */
  size?: string | null
  quality?: 'low' | 'medium' | 'high' | 'xhigh' | 'max' | 'auto' | null
  background?: 'transparent' | 'opaque' | 'auto' | null
  /** jpeg and webp only. */
  output_compression?: number | null
  moderation?: 'auto' | 'low' | null
  stream?: boolean | null
  /** Previews of a stream; each costs output tokens. */
  partial_images?: number | null
  complexity?: 'low' | 'medium' | 'high' | null
  /** gif only. */
  frame_count?: number | null
  /** gif only. */
  frame_duration_ms?: number | null
  safety_identifier?: string | null
  user?: string
  darkroom?: DarkroomExtension
  /** gif is open to few accounts. */
  output_format?: 'png' | 'jpeg' | 'webp' | 'gif' | null
  /** gpt-image-1.5 and gpt-image-1-mini only. */
  input_fidelity?: 'high' | 'low' | null
  image: Blob | Blob[]
  /** PNG with alpha, of the size of the first image, up to 4 MB. */
  mask?: Blob
  /** Transparent PNG with hints drawn over the first image; not together with mask. */
  markup?: Blob
}

export interface ImageEditRequest {
  /** A model id or alias of GET /v1/models. */
  model: string
  /** Required, unless `darkroom.prompt` or `x-darkroom-prompt` names a stored one. */
  prompt?: string
  /** Pictures of one coherent set; 1 when left out. */
  n?: number | null
  /** auto, or WIDTHxHEIGHT by the rules of the model (GET /v2/models). */
  size?: string | null
  quality?: 'low' | 'medium' | 'high' | 'xhigh' | 'max' | 'auto' | null
  background?: 'transparent' | 'opaque' | 'auto' | null
  /** jpeg and webp only. */
  output_compression?: number | null
  moderation?: 'auto' | 'low' | null
  stream?: boolean | null
  /** Previews of a stream; each costs output tokens. */
  partial_images?: number | null
  complexity?: 'low' | 'medium' | 'high' | null
  /** gif only. */
  frame_count?: number | null
  /** gif only. */
  frame_duration_ms?: number | null
  safety_identifier?: string | null
  user?: string
  darkroom?: DarkroomExtension
  /** gif is open to few accounts. */
  output_format?: 'png' | 'jpeg' | 'webp' | 'gif' | null
  /** gpt-image-1.5 and gpt-image-1-mini only. */
  input_fidelity?: 'high' | 'low' | null
  images: ImageReference[]
  /** Transparent pixels mark where the first image is drawn anew. */
  mask?: ImageReference | null
}

export interface ImageGenerationRequest {
  /** A model id or alias of GET /v1/models. */
  model: string
  /** Required, unless `darkroom.prompt` or `x-darkroom-prompt` names a stored one. */
  prompt?: string
  /** Pictures of one coherent set; 1 when left out. */
  n?: number | null
  /** auto, or WIDTHxHEIGHT by the rules of the model (GET /v2/models). */
  size?: string | null
  quality?: 'low' | 'medium' | 'high' | 'xhigh' | 'max' | 'auto' | null
  background?: 'transparent' | 'opaque' | 'auto' | null
  /** jpeg and webp only. */
  output_compression?: number | null
  moderation?: 'auto' | 'low' | null
  stream?: boolean | null
  /** Previews of a stream; each costs output tokens. */
  partial_images?: number | null
  complexity?: 'low' | 'medium' | 'high' | null
  /** gif only. */
  frame_count?: number | null
  /** gif only. */
  frame_duration_ms?: number | null
  safety_identifier?: string | null
  user?: string
  darkroom?: DarkroomExtension
  /** gif and svg are open to few accounts. */
  output_format?: 'png' | 'jpeg' | 'webp' | 'gif' | 'svg' | null
  /** svg only. */
  svg?: {
    model: string
    reasoning?: {
      effort?: string
    }
  } | null
}

export interface ImageGenerationTool {
  type: 'image_generation'
  /** A model id or alias of GET /v1/models; gpt-image-2 when left out. */
  model?: string | null
  action?: 'auto' | 'generate' | 'edit' | null
  size?: string | null
  quality?: 'low' | 'medium' | 'high' | 'xhigh' | 'max' | 'auto' | null
  background?: 'transparent' | 'opaque' | 'auto' | null
  output_format?: 'png' | 'jpeg' | 'webp' | 'gif' | 'svg' | null
  output_compression?: number | null
  moderation?: 'auto' | 'low' | null
  /** Previews of a stream; each costs output tokens. */
  partial_images?: number | null
  input_fidelity?: 'high' | 'low' | null
  input_image_mask?: {
    image_url: string
  } | {
    file_id: string
  } | null
  /** Overrides reasoning.effort for drawing. */
  complexity?: 'low' | 'medium' | 'high' | null
  frame_count?: number | null
  frame_duration_ms?: number | null
  svg?: {
    model?: string | null
    reasoning?: {
      effort?: string | null
    } | null
  } | null
}

export type ImageReference = {
  image_url: string
} | {
  file_id: string
}

export interface ImagesReply {
  created: number
  data: {
    b64_json: string
  }[]
  background?: 'transparent' | 'opaque'
  output_format?: string
  quality?: string
  size?: string
  usage?: {
    input_tokens: number
    input_tokens_details: {
      text_tokens: number
      image_tokens: number
    }
    output_tokens: number
    output_tokens_details?: {
      text_tokens: number
      image_tokens: number
    }
    total_tokens: number
  }
  safety_identifier?: string
}

export interface InputImage {
  /** Of the caller's own bytes. */
  sha256: string
  source: 'upload' | 'data_url' | 'url' | 'file' | 'image'
  /** File name, address without its query, or id of the file or picture. */
  source_ref: string | null
  width: number
  height: number
  format: 'png' | 'jpeg' | 'webp'
  bytes: number
  role: 'image' | 'mask' | 'markup'
  /** What the caller says of where it comes from and what may be done with it. */
  rights: string | null
  /** Of the bytes that went upstream. */
  sent_sha256: string
  /** Why those two differ; null when they do not. */
  conversion: 'mask_from_luminance' | 'png' | null
}

export interface Job {
  /** The same as the id of its generation. */
  id: string
  jobId: string
  /** outcome_unknown reads PROCESSING here, so that nobody pays twice for it; cancelled reads FAILED. */
  status: 'QUEUED' | 'PROCESSING' | 'COMPLETED' | 'FAILED'
  state: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'
  progress: number
  model: string
  operation: 'generate' | 'edit'
  lane: 'standard' | 'economy'
  priority: 'low' | 'normal' | 'high'
  /** The address of the picture, or of all of them. */
  result: string | string[] | null
  results: Array<{
    image_id: string
    /** Opens the bytes without a key, until it runs out. */
    url: string
    sha256: string
    width: number | null
    height: number | null
  }>
  /** As the synchronous call would have answered. */
  error: Record<string, unknown> | null
  outcome: 'not_charged' | 'charged' | 'unknown' | null
  cost: {
    estimated: Money
    reserved: Money
    settled: Money
    held_unknown: Money
  }
  /** What it cost in US cents; null until it is settled. */
  creditCost: number | null
  webhookStatus: 'pending' | 'delivered' | 'failed' | null
  children?: string[]
  attempts: number
  metadata: Record<string, string> | null
  createdAt: string
  startedAt: string | null
  completedAt: string | null
  /** It does not begin before. */
  startAt: string
  /** It does not begin after. */
  deadline: string
  /** When the process that makes it was last seen with it. */
  lastSeenAt: string | null
  cancelRequestedAt: string | null
  retryOf: string | null
  retriedBy: string | null
  set: string | null
  /** Of an unknown outcome: when it counts as charged. */
  resolve_by: string | null
  /** Path of its production log record. */
  record: string
  /** Path of its events. */
  events: string
}

export interface JobAccepted {
  jobId: string
  /** The same. */
  id: string
  status: 'QUEUED' | 'PROCESSING' | 'COMPLETED' | 'FAILED'
  state: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'
  /** Of a set that is made by several calls: its jobs. */
  children?: string[]
}

export interface JobEvent {
  job_id: string
  sequence: number
  at: string
  status: 'QUEUED' | 'PROCESSING' | 'COMPLETED' | 'FAILED'
  state: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'
  progress: number
  images?: {
    id: string
    url: string
  }[]
  error?: Record<string, unknown>
}

export interface JobRequest {
  request: ImageGenerationRequest | ImageEditRequest
  /** Read from the request when left out: one with images is an edit. */
  operation?: 'generate' | 'edit' | null
  /** economy: collected and made within a day at the batch price; needs a deadline that far away. */
  lane?: 'standard' | 'economy' | null
  /** Among the jobs of the project; normal when left out. */
  priority?: 'low' | 'normal' | 'high' | null
  /** It does not begin before. */
  start_at?: string | null
  /** It does not begin after; a day from now when left out. */
  deadline?: string | null
  /** Several pictures are made by one call each, as jobs of their own, and not as one coherent set. */
  fanout?: boolean | null
  /** Labels, at most 16. */
  metadata?: Record<string, string> | null
  /** Told of the job; also spelled webhookUrl. */
  webhook_url?: string | null
  webhookUrl?: string | null
  /** What it is told of; also spelled webhookEvents. Its end when left out. */
  webhook_events?: Array<'progress' | 'queued' | 'started' | 'partial' | 'stored' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'> | null
  webhookEvents?: Array<'progress' | 'queued' | 'started' | 'partial' | 'stored' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'> | null
  review?: 'required' | 'none' | null
}

export interface KeptPromptDocument {
  /** An `edit` changes one thing of a picture and keeps the rest. */
  kind: 'generate' | 'edit'
  /** What the picture is for. */
  purpose: string
  /** What must be seen in it. */
  requirements: string[]
  /** How it must be made: style, light, composition. */
  constraints: string[]
  /** What must be as it is said and nothing else: a product, a logo, a colour. */
  fixed: string[]
  /** What must not be in it. */
  avoid: string[]
  /** Texts that must appear letter for letter. */
  texts: {
    text: string
    lang: string
    /** Where it stands, in pixels of the result. */
    box?: {
      x: number
      y: number
      width: number
      height: number
    }
  }[]
  references: {
    /** Its place among the pictures of the call, from 1. */
    image: number
    /** What it is for: the face, the material, the layout. */
    use: string
  }[]
  /** What a call fills in. One without a default must be given. */
  variables: {
    name: string
    description?: string
    default?: string
  }[]
  /** Of an edit: the one thing that changes. */
  change?: string
  /** Of an edit: what stays as it is. */
  keep: string[]
}

export interface KeyRotation {
  /** How long the old key works beside the new one; 0 ends it at once. */
  overlap_seconds?: number
}

export interface Ledger {
  rows: Array<{
    day?: string
    model?: string
    route?: string
    project?: string
    key?: string | null
    tag?: string | null
    route_owner: string
    book: 'provider' | 'sandbox'
    calls: number
    images: number
    charged: Money
    /** How much of the charged gave no picture. */
    lost: Money
    /** How much of the charged is presumed: nobody found out within 72 hours whether the call was charged. */
    presumed: Money
    /** How much of the charged the project is charged: calls that gave a picture. */
    invoiced: Money
    /** Held for calls that are running. */
    reserved: Money
    /** Held for calls whose outcome nobody knows yet. */
    held_unknown: Money
  }>
  totals_by_owner: Array<{
    route_owner: string
    book: 'provider' | 'sandbox'
    calls: number
    images: number
    charged: Money
    /** How much of the charged gave no picture. */
    lost: Money
    /** How much of the charged is presumed: nobody found out within 72 hours whether the call was charged. */
    presumed: Money
    /** How much of the charged the project is charged: calls that gave a picture. */
    invoiced: Money
    /** Held for calls that are running. */
    reserved: Money
    /** Held for calls whose outcome nobody knows yet. */
    held_unknown: Money
  }>
  next_cursor: string | null
}

export interface LedgerEntries {
  entries: LedgerEntry[]
  next_cursor: string | null
}

export interface LedgerEntry {
  id: string
  at: string
  generation_id: string
  attempt_id: string
  book: 'provider' | 'sandbox'
  kind: string
  bucket: string
  nanos: string
  price_card: string
  actor: string
  /** What the line does to each of the three books, in nanos with a sign. */
  effects: {
    provider_cost: {
      settled: string
      open: string
    }
    tenant_usage: {
      settled: string
      open: string
    }
    tenant_invoice: {
      settled: string
      open: string
    }
  }
}

export interface LegalHold {
  id: string
  subject_kind: 'image' | 'generation' | 'project'
  subject_id: string
  project_id: string
  reason: string
  placed_by: string
  placed_at: string
  release_reason: string | null
  released_by: string | null
  /** Null while it is in force. */
  released_at: string | null
}

export interface LegalHoldRelease {
  reason: string
}

export interface LegalHolds {
  holds: LegalHold[]
  next_cursor: string | null
}

export interface Lineage {
  image_id: string
  generation_id: string
  /** The picture as the model made it, where this one is what Darkroom made of it (a strict mask, a keyed background). */
  version_of: string | null
  made_from: Array<{
    input_id: string
    role: 'image' | 'mask' | 'markup'
    sha256: string
    width: number
    height: number
    deleted_at: string | null
    /** The picture of this gateway that it is, by its id or its bytes; null for one from elsewhere, or that was deleted. */
    image: {
      id: string
      generation_id: string
    } | null
  }>
  taken_up_by: Array<{
    generation_id: string
    created_at: string
    operation: 'generate' | 'edit' | 'respond'
    role: 'image' | 'mask' | 'markup'
    /** What the call made, as far as it is kept. */
    images: string[]
  }>
}

export interface MigrationChecklist {
  checklist: {
    version: number
    as_of: string
    gateway_url: string
    files_read: number
    skipped: {
      file: string
      why: string
    }[]
    sites: Array<{
      file: string
      line: number
      cell: number | null
      operation: string
      excerpt: string
      route: {
        class: string
        name: string | null
        host: string | null
        [member: string]: unknown
      }
      verdict: 'move' | 'fallback' | 'drop' | 'moved'
      reason: string
      tasks: {
        step: string
        says: string
        [member: string]: unknown
      }[]
      secrets: {
        kind: string
        line: number
        [member: string]: unknown
      }[]
      rewrite: {
        language: string
        before: string
        after: string
        notes: string[]
        [member: string]: unknown
      } | null
      [member: string]: unknown
    }>
    totals: {
      move: number
      fallback: number
      drop: number
      moved: number
    }
    [member: string]: unknown
  }
  /** The same for people. */
  markdown: string
}

export interface MigrationScan {
  files: {
    /** Below the folder of the project, with `/`. */
    path: string
    text: string
  }[]
  /** Where calls shall go; left out: this gateway. */
  gateway_url?: string
}

export interface ModelCapabilities {
  sizes: {
    rule: 'free'
    step: number
    longest_edge: number
    ratio: number
    pixels_min: number
    pixels_max: number
    experimental_above_pixels: number
    standard: string[]
  } | {
    rule: 'listed'
    listed: string[]
  }
  qualities: string[]
  output_formats: string[]
  transparent: 'yes' | 'preview' | 'no' | 'unknown'
  input_fidelity: string[]
  complexity: boolean
  markup: boolean
  max_n: number
  max_input_images: number
  /** unknown = estimates carry a margin and are no promise. */
  token_formula: string
  source: string
  confidence: 'confirmed' | 'reported' | 'inferred'
}

export interface Models {
  object: 'list'
  data: {
    id: string
    object: 'model'
    created: number
    owned_by: string
  }[]
}

export interface ModelsV2 {
  models: Array<{
    id: string
    aliases: string[]
    family: string
    state: 'current' | 'older' | 'retired'
    from: string
    until: string | null
    successor: string | null
    capabilities: ModelCapabilities
    routes: Array<{
      route_id: string
      route_owner: string
      kind: string
      grade: string
      model_sent: string
      /** null = calls of this model are refused on this route as unpriced. */
      price_card: {
        id: string
        date: string
        source: string
      } | null
    }>
  }>
}

/** Exact US dollars as a decimal string, and the same in whole nano-dollars. */
export interface Money {
  usd: string
  nanos: string
}

export interface NewApiKey {
  name: string
  /** Left out: project `default`. */
  project_id?: string
}

export interface NewBudget {
  name: string
  project_id?: string
  /** A budget for one key, beside that of its project. */
  key_id?: string
  period: 'day' | 'month' | 'total'
  limit_usd: string
  /** Only what this owner bills; left out: whoever bills. */
  route_owner?: string
  book?: 'provider' | 'sandbox'
}

export interface NewHandoff {
  prompt?: string
  /** A stored prompt in place of `prompt`, as calls name it. */
  darkroom?: {
    prompt: {
      id: string
      version?: number
      variables?: Record<string, string>
    }
  }
  /** The picture that is edited; without one something new is made. */
  source?: {
    image_id: string
  } | {
    file_id: string
  }
  /** Whose account it is done with, as the record will name the owner of the route. `by-hand` unless it is given. */
  owner?: string
  /** What the account shows as its model. `chatgpt` unless it is given. */
  model?: string
  size?: string
  /** Where it is given no other format is taken. */
  output_format?: 'png' | 'jpeg' | 'webp'
  /** Texts that the picture must show; the guard reads them in what comes. `box`: where, in pixels of the source, or of `size`. */
  texts?: {
    text: string
    lang: string
    box?: {
      x: number
      y: number
      width: number
      height: number
    }
  }[]
  /** Rectangles that an edit must leave as they are. */
  protect?: {
    x: number
    y: number
    width: number
    height: number
  }[]
  /** What an edit must leave where and as it is. */
  subject?: {
    x: number
    y: number
    width: number
    height: number
  }
  /** What else is to be seen to. */
  remarks?: string[]
  rights?: string
  tag?: string
  metadata?: Record<string, string>
  /** 72 unless it is given. */
  expires_in_hours?: number
}

export interface NewLegalHold {
  /** Id of an image, a generation or a project. */
  subject_id: string
  /** Whose claim or order it is: kept for good. */
  reason: string
}

export interface NewProject {
  name: string
  settings?: {
    /** Ids of models; main models of Responses calls must be listed as well. */
    models?: string[] | null
    /** As a request writes them: `auto`, `1024x1024`. */
    sizes?: string[] | null
    qualities?: Array<'auto' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'> | null
    surfaces?: Array<'images' | 'responses'> | null
    /** What one call may cost at most. */
    price_ceiling_usd?: string | null
    images_per_minute?: number | null
    concurrent_calls?: number | null
    /** What quality `auto` is priced as; null = the model's dearest. */
    auto_quality?: 'low' | 'medium' | 'high' | 'xhigh' | 'max' | null
    /** What one Responses call is counted at before it is made, at least. */
    responses_ceiling_usd?: string | null
    /** Days that what it records from now on is kept; `keep` = until it is deleted, null = as configured for the gateway. */
    retention?: {
      results_days?: number | 'keep' | null
      previews_days?: number | 'keep' | null
      inputs_days?: number | 'keep' | null
      prompts_days?: number | 'keep' | null
    } | null
    /** Which pictures people look at; null = those alone whose call asks for it. */
    review?: {
      /** Every edit. */
      edits?: boolean
      /** Every picture whose call names texts (`darkroom.texts`). */
      texts?: boolean
      /** Calls with one of these project tags, or one of these labels in `darkroom.metadata`. */
      complex?: {
        tags?: string[]
        metadata?: Record<string, string>
      }
      /** Of all other calls, by lot. */
      sample_percent?: number
      /** Whether `x-darkroom-review: none` takes a call out. */
      may_waive?: boolean
      /** Two different people must approve. */
      two_persons?: boolean
      /** For whoever works alone: the administrator may approve what the administrator asked for. Null: nobody approves their own. Not with `two_persons`. */
      own_approval?: {
        /** Who said so: the administrator's token is nobody's own. */
        allowed_by: string
        /** Since when, as the gateway notes it; what is sent is not looked at. */
        at?: string
      } | null
      /** `adoptable`: edits and texts of which the guard says so are approved by this rule. Not with `two_persons`. */
      auto_approve?: 'never' | 'adoptable'
      /** Ids of the keys that may decide; null: every key of the project. */
      reviewers?: string[] | null
      checklist?: Array<'text' | 'structure' | 'brand' | 'rights'>
      claim_minutes?: number
      /** Time to decide; null: none. */
      due_hours?: number | null
    } | null
    /** When a picture may have a public address: `never`, once it is approved (`reviewed`), or `always`; null = `reviewed`. */
    publish?: 'never' | 'reviewed' | 'always' | null
  }
}

export interface NewPrompt {
  /** For people; kept in clear. What the document says is sealed. */
  name: string
  document: PromptDocument
}

export interface NewPromptVersion {
  document: PromptDocument
}

export interface NewRollout {
  route: string
  /** The first that the route maps unless it is given. */
  model?: string
  /** As the product is going to ask. */
  final?: {
    size?: string
    quality?: string
    output_format?: 'png' | 'jpeg' | 'webp'
    output_compression?: number
  }
  /** What one such picture may cost. */
  max_cost_usd: string
  /** How long one may take. */
  max_latency_ms?: number
  /** The product's own, low-risk ones first; they are sent and not kept. */
  prompts?: {
    draft?: string
    edit?: string
    final?: string
  }
  /** Texts that the first picture shows and its edit must leave as they are: the guard reads them at step two. Needs `prompts.draft`. */
  texts?: {
    text: string
    lang: string
    box: {
      x: number
      y: number
      width: number
      height: number
    }
  }[]
  /** Who is told of the job of step five; the receiver that is built in unless it is given. */
  webhook_url?: string
  /** How long the guard, the queue and the receiver are waited for. */
  wait_seconds?: number
  /** Plan and price the five steps, send nothing. */
  dry_run?: boolean
  /** What the whole walk may cost. Needed unless it is a dry run. */
  budget_usd?: string
}

export interface NewRouteGrant {
  reason: string
  /** How long it holds. */
  hours?: number
}

export interface NewUpstreamSecret {
  /** As darkroom.yaml names it: `key: { secret: name }`. */
  name: string
  /** The key itself. It is never shown again. */
  value: string
}

export interface NewWebhook {
  /** A public https address. */
  url: string
  /** What it is told of; null: every event of a job. What happens to reviews and to other webhooks must be named. */
  events?: Array<'job.queued' | 'job.started' | 'job.partial' | 'job.stored' | 'job.completed' | 'job.failed' | 'job.cancelled' | 'job.outcome_unknown' | 'review.opened' | 'review.approved' | 'review.rejected' | 'review.changes_requested' | 'review.revoked' | 'review.overdue' | 'review.published' | 'review.unpublished' | 'review.own_approval' | 'webhook.exhausted' | 'webhook.disabled'> | null
  description?: string
  /** `standard`: Standard Webhooks. `unified`: the shape and the signature of the unified job APIs, with the standard headers beside it. */
  style?: 'standard' | 'unified'
  /** `whsec_` and 24 to 64 bytes of base64; left out: one is made. */
  secret?: string
}

export interface OutcomeEvidence {
  at: string
  attempt_id: string
  /** Step of the ladder in docs/unknowns.md. */
  step: 'E0' | 'E1' | 'E2' | 'E3' | 'E4' | 'E5' | 'E6' | 'E7'
  finding: 'charged' | 'not_charged' | 'undecided' | 'run_again'
  /** What was done because of it. */
  effect: 'none' | 'resolved' | 'presumed' | 'adjusted'
  cost: Money | null
  /** `admin`, the id of a key, or `resolver` for Darkroom itself. */
  by: string
  evidence: Record<string, unknown>
}

export interface Project {
  id: string
  name: string
  settings: ProjectSettings
  created_at: string
  /** Its keys open nothing since then; null while they work. */
  archived_at: string | null
}

export interface ProjectChange {
  name?: string
  settings?: {
    /** Ids of models; main models of Responses calls must be listed as well. */
    models?: string[] | null
    /** As a request writes them: `auto`, `1024x1024`. */
    sizes?: string[] | null
    qualities?: Array<'auto' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'> | null
    surfaces?: Array<'images' | 'responses'> | null
    /** What one call may cost at most. */
    price_ceiling_usd?: string | null
    images_per_minute?: number | null
    concurrent_calls?: number | null
    /** What quality `auto` is priced as; null = the model's dearest. */
    auto_quality?: 'low' | 'medium' | 'high' | 'xhigh' | 'max' | null
    /** What one Responses call is counted at before it is made, at least. */
    responses_ceiling_usd?: string | null
    /** Days that what it records from now on is kept; `keep` = until it is deleted, null = as configured for the gateway. */
    retention?: {
      results_days?: number | 'keep' | null
      previews_days?: number | 'keep' | null
      inputs_days?: number | 'keep' | null
      prompts_days?: number | 'keep' | null
    } | null
    /** Which pictures people look at; null = those alone whose call asks for it. */
    review?: {
      /** Every edit. */
      edits?: boolean
      /** Every picture whose call names texts (`darkroom.texts`). */
      texts?: boolean
      /** Calls with one of these project tags, or one of these labels in `darkroom.metadata`. */
      complex?: {
        tags?: string[]
        metadata?: Record<string, string>
      }
      /** Of all other calls, by lot. */
      sample_percent?: number
      /** Whether `x-darkroom-review: none` takes a call out. */
      may_waive?: boolean
      /** Two different people must approve. */
      two_persons?: boolean
      /** For whoever works alone: the administrator may approve what the administrator asked for. Null: nobody approves their own. Not with `two_persons`. */
      own_approval?: {
        /** Who said so: the administrator's token is nobody's own. */
        allowed_by: string
        /** Since when, as the gateway notes it; what is sent is not looked at. */
        at?: string
      } | null
      /** `adoptable`: edits and texts of which the guard says so are approved by this rule. Not with `two_persons`. */
      auto_approve?: 'never' | 'adoptable'
      /** Ids of the keys that may decide; null: every key of the project. */
      reviewers?: string[] | null
      checklist?: Array<'text' | 'structure' | 'brand' | 'rights'>
      claim_minutes?: number
      /** Time to decide; null: none. */
      due_hours?: number | null
    } | null
    /** When a picture may have a public address: `never`, once it is approved (`reviewed`), or `always`; null = `reviewed`. */
    publish?: 'never' | 'reviewed' | 'always' | null
  }
  archived?: boolean
}

export interface ProjectSettings {
  /** Ids of models; main models of Responses calls must be listed as well. */
  models: string[] | null
  /** As a request writes them: `auto`, `1024x1024`. */
  sizes: string[] | null
  qualities: Array<'auto' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'> | null
  surfaces: Array<'images' | 'responses'> | null
  /** What one call may cost at most. */
  price_ceiling_usd: string | null
  images_per_minute: number | null
  concurrent_calls: number | null
  /** What quality `auto` is priced as; null = the model's dearest. */
  auto_quality: 'low' | 'medium' | 'high' | 'xhigh' | 'max' | null
  /** What one Responses call is counted at before it is made, at least. */
  responses_ceiling_usd: string | null
  /** Days that what it records from now on is kept; `keep` = until it is deleted, null = as configured for the gateway. */
  retention: {
    results_days: number | 'keep' | null
    previews_days: number | 'keep' | null
    inputs_days: number | 'keep' | null
    prompts_days: number | 'keep' | null
  } | null
  /** Which pictures people look at; null = those alone whose call asks for it. */
  review: {
    /** Every edit. */
    edits: boolean
    /** Every picture whose call names texts (`darkroom.texts`). */
    texts: boolean
    /** Calls with one of these project tags, or one of these labels in `darkroom.metadata`. */
    complex: {
      tags: string[]
      metadata: Record<string, string>
    }
    /** Of all other calls, by lot. */
    sample_percent: number
    /** Whether `x-darkroom-review: none` takes a call out. */
    may_waive: boolean
    /** Two different people must approve. */
    two_persons: boolean
    /** For whoever works alone: the administrator may approve what the administrator asked for. Null: nobody approves their own. Not with `two_persons`. */
    own_approval: {
      /** Who said so: the administrator's token is nobody's own. */
      allowed_by: string
      /** Since when, as the gateway notes it; what is sent is not looked at. */
      at?: string
    } | null
    /** `adoptable`: edits and texts of which the guard says so are approved by this rule. Not with `two_persons`. */
    auto_approve: 'never' | 'adoptable'
    /** Ids of the keys that may decide; null: every key of the project. */
    reviewers: string[] | null
    checklist: Array<'text' | 'structure' | 'brand' | 'rights'>
    claim_minutes: number
    /** Time to decide; null: none. */
    due_hours: number | null
  } | null
  /** When a picture may have a public address: `never`, once it is approved (`reviewed`), or `always`; null = `reviewed`. */
  publish: 'never' | 'reviewed' | 'always' | null
}

export interface Projects {
  projects: Project[]
}

export interface Prompt {
  id: string
  name: string
  /** The newest. */
  version: number
  /** Id of a key, or `admin`. */
  created_by: string
  created_at: string
  updated_at: string
  /** An archived prompt is kept and takes part in nothing new. */
  archived_at: string | null
  current: PromptVersion
  /** See `POST /v2/prompts/lint`. */
  warnings: ContractWarning[]
}

export interface PromptDiff {
  from: PromptVersionHead
  to: PromptVersionHead
  changes: Array<{
    /** Of the document: `requirements`, `texts`. */
    member: string
    op: 'added' | 'removed'
    /** The item, or the whole value of a member that is no list. */
    value: unknown
  }>
}

export interface PromptDocument {
  /** An `edit` changes one thing of a picture and keeps the rest. */
  kind?: 'generate' | 'edit'
  /** What the picture is for. */
  purpose: string
  /** What must be seen in it. */
  requirements?: string[]
  /** How it must be made: style, light, composition. */
  constraints?: string[]
  /** What must be as it is said and nothing else: a product, a logo, a colour. */
  fixed?: string[]
  /** What must not be in it. */
  avoid?: string[]
  /** Texts that must appear letter for letter. */
  texts?: {
    text: string
    lang: string
    /** Where it stands, in pixels of the result. */
    box?: {
      x: number
      y: number
      width: number
      height: number
    }
  }[]
  references?: {
    /** Its place among the pictures of the call, from 1. */
    image: number
    /** What it is for: the face, the material, the layout. */
    use: string
  }[]
  /** What a call fills in. One without a default must be given. */
  variables?: {
    name: string
    description?: string
    default?: string
  }[]
  /** Of an edit: the one thing that changes. */
  change?: string
  /** Of an edit: what stays as it is. */
  keep?: string[]
}

export interface PromptDraft {
  document: PromptDocument
  /** Values of the variables, by name. */
  variables?: Record<string, string>
}

export interface PromptHead {
  id: string
  name: string
  /** The newest. */
  version: number
  /** Id of a key, or `admin`. */
  created_by: string
  created_at: string
  updated_at: string
  /** An archived prompt is kept and takes part in nothing new. */
  archived_at: string | null
}

export interface PromptLint {
  warnings: ContractWarning[]
}

export interface PromptLintRequest {
  prompt?: string
  document?: PromptDocument
  /** Left out: what the document is for, else generate. */
  operation?: 'generate' | 'edit' | 'respond'
  /** Left out: gpt-image-2. */
  model?: string
  size?: string
}

export interface PromptRenderRequest {
  /** Left out: the newest. */
  version?: number
  /** Values of the variables, by name. */
  variables?: Record<string, string>
}

export interface PromptSegment {
  op: 'same' | 'added' | 'removed'
  text: string
}

export interface PromptVersion {
  prompt_id: string
  version: number
  /** `id@version`, as records of calls name it and `x-darkroom-prompt` takes it. */
  prompt_version: string
  /** Of the canonical JSON of the document: members in order, empty lists left out. */
  sha256: string
  created_by: string
  created_at: string
  document: KeptPromptDocument
}

export interface PromptVersionHead {
  prompt_id: string
  version: number
  /** `id@version`, as records of calls name it and `x-darkroom-prompt` takes it. */
  prompt_version: string
  /** Of the canonical JSON of the document: members in order, empty lists left out. */
  sha256: string
  created_by: string
  created_at: string
}

export interface PromptVersions {
  versions: PromptVersionHead[]
  next_cursor: string | null
}

export interface Prompts {
  prompts: PromptHead[]
  next_cursor: string | null
}

export interface Publication {
  image_id: string
  /** Opens the picture for anybody, until it ends. */
  url: string
  /** What approved it; null where the project needs no review. */
  review_id: string | null
  published_at: string
  published_by: string
  ended_at: string | null
  ended_how: 'unpublished' | 'revoked' | 'deleted' | null
  ended_by: string | null
  ended_why: string | null
}

export interface RecordedImage {
  id: string
  sha256: string
  width: number | null
  height: number | null
  format: string | null
  bytes: number
  storage: 'stored' | 'not_stored'
  storage_pointer: {
    store: string
    path: string
    public_url: string | null
    delete_after: string | null
    deletion_policy: string
  } | null
  /** Signals about who made the picture. */
  evidence: Record<string, unknown>
  /** What people decide about it; null where nobody is to look. */
  review: RecordedReview | null
  /** What Darkroom did to the picture; null for one as the model made it. */
  process: {
    kind: 'strict_mask'
    original_image_id: string
    feather_px: number
    [member: string]: unknown
  } | {
    kind: 'keyed_transparency'
    original_image_id: string
    key_colour: string
    [member: string]: unknown
  } | null
  /** What an edit changed outside its mask; null for pictures that are no edits. */
  drift: DriftSummary | null
  /** What the guard says of the picture; null where there is nothing to judge: no edit, no declared text. */
  guard: GuardSummary | null
  deleted_at: string | null
}

export interface RecordedReview {
  id: string
  state: 'open' | 'claimed' | 'approved' | 'rejected' | 'changes_requested' | 'revoked' | 'deleted'
  reasons: Array<'edit' | 'text' | 'complex' | 'sampled' | 'required' | 'public'>
  opened_at: string
  due_at: string | null
  closed_at: string | null
  decisions: ReviewDecision[]
}

export interface Redrive {
  /** Names in the queue; left out = all. */
  ids?: string[]
}

export interface RenderedPrompt {
  prompt_version: string
  text: string
  characters: number
  /** Of the text, as the record of a call has it. */
  prompt_sha256: string
  texts: {
    text: string
    lang: string
    /** Where it stands, in pixels of the result. */
    box?: {
      x: number
      y: number
      width: number
      height: number
    }
  }[]
  warnings: ContractWarning[]
}

export interface RenderedPromptDraft {
  text: string
  characters: number
  /** Of the text, as the record of a call has it. */
  prompt_sha256: string
  texts: {
    text: string
    lang: string
    /** Where it stands, in pixels of the result. */
    box?: {
      x: number
      y: number
      width: number
      height: number
    }
  }[]
  warnings: ContractWarning[]
}

export interface ResolveUnknown {
  outcome: 'charged' | 'not_charged'
  /** How you know, in words: the support ticket, the line of the bill. No prompts, no keys. */
  evidence: string
  /** What was charged; left out: the estimate. */
  amount_usd?: string
  /** Contradict what was decided or presumed before; the difference is booked beside it. */
  correct?: boolean
}

export interface ResolvedOutcome {
  generation_id: string
  attempt_id: string
  outcome: 'not_charged' | 'charged' | 'unknown'
  effect: 'resolved' | 'adjusted'
  cost: Money
}

export interface Response {
  id: string
  object: 'response'
  created_at: number
  status?: 'queued' | 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled'
  model: string
  output: Array<{
    type: 'image_generation_call'
    id: string
    status: 'in_progress' | 'generating' | 'completed' | 'failed'
    result?: string | null
    revised_prompt?: string | null
    [member: string]: unknown
  } | {
    type: string
    [member: string]: unknown
  }>
  usage?: {
    input_tokens: number
    output_tokens: number
    total_tokens: number
    [member: string]: unknown
  } | null
  tool_usage?: {
    image_gen?: {
      input_tokens: number
      output_tokens: number
      total_tokens: number
      [member: string]: unknown
    }
    [member: string]: unknown
  } | null
  error?: {
    code?: string | null
    message: string
    [member: string]: unknown
  } | null
  [member: string]: unknown
}

export interface ResponseDeleted {
  id: string
  object: 'response'
  deleted: true
}

export interface ResponseRequest {
  /** A mainline model, gpt-5.4 or newer; never a gpt-image id. */
  model: string
  input?: string | {
    type?: string
    [member: string]: unknown
  }[]
  /** At most one image tool; other tools go on untouched. */
  tools?: Array<ImageGenerationTool | {
    type: string
    [member: string]: unknown
  }>
  tool_choice?: 'auto' | 'required' | 'none' | {
    type: string
    [member: string]: unknown
  } | null
  reasoning?: {
    effort?: string | null
    [member: string]: unknown
  } | null
  stream?: boolean | null
  /** Not together with store: false. */
  background?: boolean | null
  store?: boolean | null
  previous_response_id?: string | null
  darkroom?: DarkroomExtension
  [member: string]: unknown
}

export interface Review {
  id: string
  project_id: string
  generation_id: string
  state: 'open' | 'claimed' | 'approved' | 'rejected' | 'changes_requested' | 'revoked' | 'deleted'
  reasons: Array<'edit' | 'text' | 'complex' | 'sampled' | 'required' | 'public'>
  image: {
    id: string
    sha256: string
    width: number | null
    height: number | null
    format: string | null
    deleted_at: string | null
    /** Opening it is on record: a text is approved by whoever has. */
    full_size_url: string
  }
  /** Who asked for it, and so cannot approve it, but for `own_approval` of the project. */
  submitter: {
    kind: 'key' | 'admin'
    key_id: string | null
  }
  checklist: Array<{
    /** As answers name it. */
    id: string
    kind: 'text' | 'structure' | 'brand' | 'rights'
    /** Of a text: the language that is read. */
    lang: string | null
    question: string
  }>
  approvals: {
    needed: number
    given: number
  }
  opened_at: string
  due_at: string | null
  overdue: boolean
  claim: {
    name: string
    until: string
  } | null
  /** Who opened the picture at full size in this review. */
  read_at_full_size_by: string[]
  decisions: ReviewDecision[]
  change: {
    /** The one thing to change; null once its time is over. */
    text: string | null
    asked_at: string
    /** The edit that was made for it. */
    generation_id: string | null
  } | null
  /** What was compared, of an edit. */
  drift: DriftSummary | null
  /** What the guard says; null for a picture that it does not judge. */
  guard: {
    state: 'pending' | 'judged' | 'failed'
    overall: 'adoptable' | 'needs_human' | 'reject' | null
  } | null
  /** Its latest. */
  publication: Publication | null
  closed_at: string | null
}

export interface ReviewDecided {
  review: Review
  /** The edit that was begun; null where none was asked for, or could be. */
  job_id: string | null
  /** Why the edit could not be begun; the decision stands. */
  edit_error: {
    code: string | null
    message: string
    [member: string]: unknown
  } | null
}

export interface ReviewDecision {
  decision: 'approved' | 'rejected' | 'changes_requested' | 'revoked'
  by: {
    /** `policy`: the project's own rule, on the guard's word. */
    kind: 'key' | 'admin' | 'policy'
    key_id: string | null
    /** Name of the key, or what the administrator said who it is. */
    name: string
  }
  at: string
  why: string
  /** By the ids of the checklist. */
  answers: Record<string, 'yes' | 'no' | 'not_applicable'>
  /** Of the bytes that were decided on. */
  image_sha256: string
  /** When this person first opened them at full size in this review. */
  full_size_read_at: string | null
  /** Whether whoever decided had asked for the picture. Null: decided before this was noted. */
  own: boolean | null
  /** Of an approval of one's own: who had allowed such in the project, and since when. */
  own_approval: {
    allowed_by: string
    at: string
  } | null
}

export interface ReviewDecisionRequest {
  decision: 'approved' | 'rejected' | 'changes_requested'
  /** On record for good; say nothing here that must be forgotten. */
  why: string
  /** By the ids of the checklist. */
  answers?: Record<string, 'yes' | 'no' | 'not_applicable'>
  /** With `changes_requested`: the one thing that is to change. */
  change?: string
  /** With `changes_requested`: make the edit at once. */
  run?: boolean
  /** Who decides, where the administrator token calls. A key decides under its own name and says none. */
  reviewer?: string
}

export interface ReviewDecisionResults {
  results: Array<{
    id: string
    ok: boolean
    /** As it stands now; null where it was refused. */
    state: 'open' | 'claimed' | 'approved' | 'rejected' | 'changes_requested' | 'revoked' | 'deleted' | null
    job_id: string | null
    /** Why the edit could not be begun; the decision stands. */
    edit_error: {
      code: string | null
      message: string
      [member: string]: unknown
    } | null
    error: {
      code: string | null
      message: string
      [member: string]: unknown
    } | null
  }>
}

export interface ReviewDecisions {
  /** Who decides, where the administrator token calls. A key decides under its own name and says none. */
  reviewer?: string
  decisions: Array<{
    id: string
    decision: 'approved' | 'rejected' | 'changes_requested'
    /** On record for good; say nothing here that must be forgotten. */
    why: string
    /** By the ids of the checklist. */
    answers?: Record<string, 'yes' | 'no' | 'not_applicable'>
    /** With `changes_requested`: the one thing that is to change. */
    change?: string
    /** With `changes_requested`: make the edit at once. */
    run?: boolean
  }>
}

export interface ReviewEdit {
  /** Left out: what the decision asked for. */
  change?: string
  /** Left out: as the picture was made. */
  quality?: 'auto' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'
  /** Left out: as the picture was made. */
  model?: string
}

export interface Reviewer {
  /** Who decides, where the administrator token calls. A key decides under its own name and says none. */
  reviewer?: string
}

export interface Reviews {
  reviews: Review[]
  next_cursor: string | null
}

export interface Rollout {
  /** null for a dry run, which is not kept. */
  id: string | null
  state: 'planned' | 'running' | 'waiting' | 'passed' | 'failed' | 'interrupted'
  language: 'en' | 'ja' | 'zh-CN'
  summary: string
  route_id: string
  route_owner: string
  model: string
  config_sha256: string
  started_by: string
  started_at: string | null
  finished_at: string | null
  final: {
    size: string
    quality: string
    output_format: string
    output_compression: number | null
    max_cost: Money
    max_latency_ms: number
  }
  /** What the five steps should cost. */
  planned_cost: Money
  /** What they may cost at most: a budget below it is refused. */
  reserve: Money
  budget: Money | null
  cost: Money
  play_money: boolean
  steps: Array<{
    n: number
    name: 'first_picture' | 'edit' | 'final' | 'failure' | 'production'
    title: string
    state: 'pending' | 'running' | 'waiting' | 'passed' | 'failed' | 'interrupted'
    started_at: string | null
    finished_at: string | null
    planned_cost: Money
    /** Charged, and what is held of calls whose outcome nobody knows. */
    cost: Money
    checks: Array<{
      /** docs/rollout.md lists them. */
      code: string
      result: 'pass' | 'fail' | 'left_out'
      facts: Record<string, string | number>
      text: string
    }>
    evidence: Array<{
      kind: 'generation' | 'request_id' | 'image' | 'image_url' | 'job' | 'side_by_side' | 'review' | 'webhook' | 'refused_request'
      value: string
    }>
  }>
  /** The next thing to do. */
  next_action: {
    code: string
    facts: Record<string, string | number>
    text: string
  }
}

export interface Rollouts {
  rollouts: Rollout[]
  next_cursor: string | null
}

export interface RouteCard {
  id: string
  owner: string
  kind: 'official' | 'provider' | 'wrapper' | 'self-hosted' | 'sandbox'
  protocol: string
  base_url: string
  /** Which traffic it may carry now. */
  grade: 'production' | 'fallback' | 'manual-test' | 'refused'
  standing: {
    why: string
    gate_verdict: 'production' | 'fallback' | 'manual-test' | 'refused' | 'unknown' | null
    valid_until: string | null
    restrictions: Array<'no_production' | 'unknown_wrapper' | 'no_cost_promise' | 'no_inputs' | 'manual_only'>
    reopened: boolean
    granted: boolean
  }
  health: {
    /** Of its circuit breaker; closed = it takes calls. */
    state: 'closed' | 'open' | 'half_open' | 'disabled'
    reason: string | null
    since: string | null
    /** When the next call may go. */
    retry_at: string | null
    in_flight: number
    /** Unhealthy ends of the last ten seconds. */
    failures_in_window: number
    limits: {
      concurrency: number | null
      /** null = no limit is known. */
      requests_per_minute: {
        limit: number
        used: number
        source: 'configured' | 'headers'
      } | null
      /** null = no limit is known. */
      images_per_minute: {
        limit: number
        used: number
        source: 'configured' | 'headers'
      } | null
      /** null = no limit is known. */
      tokens_per_minute: {
        limit: number
        used: number
        source: 'configured' | 'headers'
      } | null
    }
  }
  /** Published facts that fill what the configuration left out. */
  preset: {
    name: string
    source: string
    read_on: string
    remarks: string[]
  } | null
  /** Ids asked: sent, where they differ. */
  models: Record<string, string>
  capabilities: Array<{
    /** First day the row holds. */
    from: string
    /** null = every model. */
    models: string[] | null
    sizes: 'model' | string[] | null
    qualities: 'model' | string[] | null
    formats: 'model' | string[] | null
    /** Pictures of one call, at most. */
    images_max?: number
    /** Batches of calls, for the economy lane. */
    batch?: boolean
    transparency: boolean | null
    streaming: boolean | null
    edits: boolean | null
    mask: boolean | null
    responses: boolean | null
    /** Whether pictures keep the credentials they were signed with. */
    content_credentials: 'kept' | 'stripped' | null
    source: string
  }>
  /** The one card of this route; null = the cards of its owner. */
  price_card: string | null
  /** The cards that price its calls, now and from a later day on. */
  price_cards: Array<{
    id: string
    date: string
    kind: 'tokens' | 'per_call'
    models: string[]
    source: string
    confidence: 'confirmed' | 'reported' | 'inferred'
  }>
  transparent_preview: boolean
  /** timeout, policy and retry: charged, free or unknown. */
  failed_call_billing: Record<string, string> | null
  output_rights: Record<string, string | boolean> | null
  terms: {
    url: string
    read_on: string
    by: string
  } | null
  account_owner: string | null
  support: string | null
  abuse: string | null
  retention: string | null
  limits: {
    concurrency: number | null
    images_per_minute: number | null
    tokens_per_minute: number | null
  } | null
  /** Whether what the account was counted for can prove what became of calls without an answer. */
  usage_api: {
    api_key_id: string | null
    exclusive: true
  } | null
  /** Facts that nobody stated, by their names in darkroom.yaml. */
  missing: string[]
  /** Of everything configured about the route but its key. */
  config_sha256: string
}

export interface RouteGrant {
  id: string
  route_id: string
  config_sha256: string
  reason: string
  actor: string
  granted_at: string
  until: string
  revoked_at: string | null
}

export interface Routes {
  routes: RouteCard[]
}

export interface RunAgain {
  /** The first call may have been charged, so both may be. */
  accept_double_charge: boolean
  /** Why it cannot wait; kept with the record. */
  reason?: string
}

export type SignIn = {
  /** An API key or the admin token. */
  key: string
} | {
  /** Of the link that start-up prints; once, on the computer of the gateway. */
  code: string
}

export interface SignInStanding {
  /** Null for a browser that is not signed in. */
  session: BrowserSession | null
  /** Over plain http, people sign in on the computer of the gateway alone. */
  sign_in: 'allowed' | 'needs_https'
}

export interface Task {
  id: string
  task_id: string
  object: 'image.task'
  status: 'queued' | 'processing' | 'completed' | 'failed'
  progress: number
  model: string
  created_at: number
  completed_at: number | null
  data: {
    url: string
  }[] | null
  error: Record<string, unknown> | null
}

export type TraceStep = {
  step: 'main_model'
  model: string
  response_id: string | null
  /** Of the response, in upstream's words. */
  status: string
} | {
  step: 'tool_call'
  call_id: string
  status: string
  action: string | null
  /** Empty for a call that failed. */
  image_ids: string[]
  revised_prompt: {
    sha256: string
    words_added: number
    words_removed: number
  } | null
  error: {
    code: string | null
    message: string
    [member: string]: unknown
  } | null
} | {
  step: 'other_item'
  type: string
  id: string | null
  status: string | null
}

export interface UnifiedJobRequest {
  prompt: string
  model?: string | null
  gptImage2Params?: {
    /** Addresses or data URLs of pictures to edit or draw from. */
    input_images?: string | string[] | null
    quality?: 'auto' | 'low' | 'medium' | 'high' | 'xhigh' | 'max' | null
    background?: 'auto' | 'opaque' | null
    /** Pictures of one coherent set; 1 when left out. */
    number_of_images?: number | null
    /** webp when left out. */
    output_format?: 'webp' | 'png' | 'jpeg' | null
    moderation?: 'auto' | 'low' | null
    aspect_ratio?: '1:1' | '3:2' | '2:3' | null
    /** WIDTHxHEIGHT in place of aspect_ratio. */
    size?: string | null
  } | null
  /** economy: collected and made within a day at the batch price; needs a deadline that far away. */
  lane?: 'standard' | 'economy' | null
  /** Among the jobs of the project; normal when left out. */
  priority?: 'low' | 'normal' | 'high' | null
  /** It does not begin before. */
  start_at?: string | null
  /** It does not begin after; a day from now when left out. */
  deadline?: string | null
  /** Several pictures are made by one call each, as jobs of their own, and not as one coherent set. */
  fanout?: boolean | null
  /** Labels, at most 16. */
  metadata?: Record<string, string> | null
  /** Told of the job; also spelled webhookUrl. */
  webhook_url?: string | null
  webhookUrl?: string | null
  /** What it is told of; also spelled webhookEvents. Its end when left out. */
  webhook_events?: Array<'progress' | 'queued' | 'started' | 'partial' | 'stored' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'> | null
  webhookEvents?: Array<'progress' | 'queued' | 'started' | 'partial' | 'stored' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'> | null
  review?: 'required' | 'none' | null
}

export interface UnknownOutcome {
  generation_id: string
  attempt_id: string
  project_id: string
  route_id: string
  route_owner: string
  book: 'provider' | 'sandbox'
  operation: string
  model: string
  /** Our id of the call on the wire (`X-Client-Request-Id`): quote it to the support of the route. */
  client_request_id: string
  /** Upstream's id, where one came. */
  request_id: string | null
  /** Why the outcome is not known. */
  cause: string | null
  held: Money
  /** What it is taken to have cost when `resolve_by` passes without evidence. */
  estimated: Money
  sent_at: string
  age_s: number
  resolve_by: string
  evidence: OutcomeEvidence[]
  /** What this caller may do. */
  actions: Array<'resolve' | 'run_again'>
}

export interface UnknownOutcomes {
  unknowns: UnknownOutcome[]
  /** Over all that the caller may see, whatever was filtered. Owners, and real and play money, are never added together. */
  totals: {
    count: number
    oldest_at: string | null
    held: Array<{
      route_owner: string
      book: 'provider' | 'sandbox'
      count: number
      held: Money
      oldest_at: string
    }>
  }
  next_cursor: string | null
}

export interface UnknownsChecked {
  open: number
  charged: number
  not_charged: number
  presumed: number
  brought_home: number
}

export interface UpstreamSecret {
  name: string
  /** How often it was set. */
  version: number
  created_at: string
  updated_at: string
  /** Ids of the routes that take a key from it. */
  used_by: string[]
}

export interface Webhook {
  id: string
  project_id: string
  /** `call`: it was made for calls that named its address. */
  origin: 'project' | 'call'
  url: string
  description: string
  /** What it is told of; null: every event of a job. What happens to reviews and to other webhooks must be named. */
  events: Array<'job.queued' | 'job.started' | 'job.partial' | 'job.stored' | 'job.completed' | 'job.failed' | 'job.cancelled' | 'job.outcome_unknown' | 'review.opened' | 'review.approved' | 'review.rejected' | 'review.changes_requested' | 'review.revoked' | 'review.overdue' | 'review.published' | 'review.unpublished' | 'review.own_approval' | 'webhook.exhausted' | 'webhook.disabled'> | null
  /** `standard`: Standard Webhooks. `unified`: the shape and the signature of the unified job APIs, with the standard headers beside it. */
  style: 'standard' | 'unified'
  enabled: boolean
  /** gone: it answered 410; failing: it took nothing for five days. */
  disabled: {
    why: 'gone' | 'failing' | 'by_hand'
    at: string
  } | null
  /** Messages are signed with two secrets until then. */
  previous_secret_until: string | null
  last_success_at: string | null
  /** Attempts that failed since the last success. */
  failures: number
  failing_since: string | null
  created_at: string
}

export interface WebhookChange {
  url?: string
  /** What it is told of; null: every event of a job. What happens to reviews and to other webhooks must be named. */
  events?: Array<'job.queued' | 'job.started' | 'job.partial' | 'job.stored' | 'job.completed' | 'job.failed' | 'job.cancelled' | 'job.outcome_unknown' | 'review.opened' | 'review.approved' | 'review.rejected' | 'review.changes_requested' | 'review.revoked' | 'review.overdue' | 'review.published' | 'review.unpublished' | 'review.own_approval' | 'webhook.exhausted' | 'webhook.disabled'> | null
  description?: string
  /** `standard`: Standard Webhooks. `unified`: the shape and the signature of the unified job APIs, with the standard headers beside it. */
  style?: 'standard' | 'unified'
  enabled?: boolean
}

export interface WebhookMessage {
  id: string
  webhook_id: string
  /** The header `webhook-id`: the same with every attempt and every replay. */
  event_id: string
  type: string
  event_at: string
  /** exhausted: given up behind the last attempt; cancelled: the webhook was disabled or deleted before. */
  state: 'pending' | 'delivered' | 'exhausted' | 'cancelled'
  attempts: number
  next_attempt_at: string | null
  last_status: number | null
  /** Why it was no success; null for one. unreachable: no connection; broken: the answer broke off or is no HTTP; address: nothing is sent to this address any more; secret: it cannot be signed, which the operator must mend. */
  last_cause: 'status' | 'redirect' | 'timeout' | 'unreachable' | 'tls' | 'broken' | 'address' | 'secret' | null
  created_at: string
  ended_at: string | null
}

export interface WebhookMessageLog {
  id: string
  webhook_id: string
  /** The header `webhook-id`: the same with every attempt and every replay. */
  event_id: string
  type: string
  event_at: string
  /** exhausted: given up behind the last attempt; cancelled: the webhook was disabled or deleted before. */
  state: 'pending' | 'delivered' | 'exhausted' | 'cancelled'
  attempts: number
  next_attempt_at: string | null
  last_status: number | null
  /** Why it was no success; null for one. unreachable: no connection; broken: the answer broke off or is no HTTP; address: nothing is sent to this address any more; secret: it cannot be signed, which the operator must mend. */
  last_cause: 'status' | 'redirect' | 'timeout' | 'unreachable' | 'tls' | 'broken' | 'address' | 'secret' | null
  created_at: string
  ended_at: string | null
  /** What is sent, byte for byte; null when it cannot be opened with the master key of now. */
  body: string | null
  log: Array<{
    n: number
    at: string
    duration_ms: number
    http_status: number | null
    /** Why it was no success; null for one. unreachable: no connection; broken: the answer broke off or is no HTTP; address: nothing is sent to this address any more; secret: it cannot be signed, which the operator must mend. */
    cause: 'status' | 'redirect' | 'timeout' | 'unreachable' | 'tls' | 'broken' | 'address' | 'secret' | null
    request: {
      url: string
      /** Without signatures. */
      headers: Record<string, string>
      signatures: number
    }
    response: {
      headers: Record<string, string>
      /** The first 1,024 bytes. */
      body: string
    } | null
  }>
}

export interface WebhookMessages {
  deliveries: WebhookMessage[]
  next_cursor: string | null
}

export interface WebhookReplay {
  /** One message, whatever became of it. */
  message_id?: string
  from?: string
  /** Events that happened before this time. */
  to?: string
  /** Send again what was delivered, too. */
  delivered?: boolean
  /** `next_cursor` of the answer before, with the same times. */
  cursor?: string
}

export interface WebhookReplayed {
  /** Messages that are sent now, at the pace of the receiver. */
  queued: number
  /** Where the next 500 events begin; null when there are no more. */
  next_cursor: string | null
}

export interface WebhookRotation {
  /** How long messages are signed with both secrets; 0 ends every earlier one at once. */
  overlap_seconds?: number
  /** As in a new webhook. */
  secret?: string
}

export interface WebhookTested {
  message_id: string
  event_id: string
  delivered: boolean
  http_status: number | null
  /** Why it was no success; null for one. unreachable: no connection; broken: the answer broke off or is no HTTP; address: nothing is sent to this address any more; secret: it cannot be signed, which the operator must mend. */
  cause: 'status' | 'redirect' | 'timeout' | 'unreachable' | 'tls' | 'broken' | 'address' | 'secret' | null
  duration_ms: number
  response: {
    headers: Record<string, string>
    /** The first 1,024 bytes. */
    body: string
  } | null
}

export interface WebhookWithSecret {
  id: string
  project_id: string
  /** `call`: it was made for calls that named its address. */
  origin: 'project' | 'call'
  url: string
  description: string
  /** What it is told of; null: every event of a job. What happens to reviews and to other webhooks must be named. */
  events: Array<'job.queued' | 'job.started' | 'job.partial' | 'job.stored' | 'job.completed' | 'job.failed' | 'job.cancelled' | 'job.outcome_unknown' | 'review.opened' | 'review.approved' | 'review.rejected' | 'review.changes_requested' | 'review.revoked' | 'review.overdue' | 'review.published' | 'review.unpublished' | 'review.own_approval' | 'webhook.exhausted' | 'webhook.disabled'> | null
  /** `standard`: Standard Webhooks. `unified`: the shape and the signature of the unified job APIs, with the standard headers beside it. */
  style: 'standard' | 'unified'
  enabled: boolean
  /** gone: it answered 410; failing: it took nothing for five days. */
  disabled: {
    why: 'gone' | 'failing' | 'by_hand'
    at: string
  } | null
  /** Messages are signed with two secrets until then. */
  previous_secret_until: string | null
  last_success_at: string | null
  /** Attempts that failed since the last success. */
  failures: number
  failing_since: string | null
  created_at: string
  secret: string
}

export interface Webhooks {
  webhooks: Webhook[]
  next_cursor: string | null
}

export interface WithReason {
  /** On record for good; say nothing here that must be forgotten. */
  why: string
  /** Who decides, where the administrator token calls. A key decides under its own name and says none. */
  reviewer?: string
}

/** Every call of the API: what it takes and what it answers. */
export interface Operations {
  /** Make pictures */
  'POST /v1/images/generations': {
    path: NoParameters
    query: NoParameters
    body: ImageGenerationRequest
    reply: ImagesReply
  }
  /** Edit pictures */
  'POST /v1/images/edits': {
    path: NoParameters
    query: NoParameters
    body: ImageEditRequest
    reply: ImagesReply
  }
  /** Submit a job */
  'POST /v2/images/generate': {
    path: NoParameters
    query: NoParameters
    body: JobRequest | UnifiedJobRequest
    reply: JobAccepted
  }
  /** List jobs, the newest first */
  'GET /v2/jobs': {
    path: NoParameters
    query: {
      state?: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'
      status?: 'QUEUED' | 'PROCESSING' | 'COMPLETED' | 'FAILED'
      set?: string
      cursor?: string
      limit?: number
    }
    body: undefined
    reply: {
      jobs: Job[]
      next_cursor: string | null
    }
  }
  /** Follow all jobs */
  'GET /v2/jobs/events': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: string
  }
  /** Read a job */
  'GET /v2/jobs/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Job
  }
  /** Cancel a job */
  'POST /v2/jobs/{id}/cancel': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: {
      jobId: string
      state: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown'
      /** True: its call is under way; it is paid for and kept, and nothing follows it. */
      cancel_requested: boolean
    }
  }
  /** Make a job again */
  'POST /v2/jobs/{id}/retry': {
    path: { id: string }
    query: NoParameters
    body: {
      /** The job may have been charged, and may be charged again. */
      accept_double_charge?: boolean
      deadline?: string
    }
    reply: JobAccepted
  }
  /** Follow a job */
  'GET /v2/jobs/{id}/events': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: string
  }
  /** Read a job as a task */
  'GET /v1/tasks/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Task
  }
  /** Submit a bulk */
  'POST /v2/jobs/bulk': {
    path: NoParameters
    query: {
      name?: string
      lane?: 'standard' | 'economy'
      /** low when left out: single jobs of the project come first. */
      priority?: 'low' | 'normal' | 'high'
      start_at?: string
      deadline?: string
      webhook_url?: string
      /** Its end when left out. */
      webhook_events?: Array<'completed' | 'failed' | 'cancelled'>
    }
    body: BulkRequest
    reply: Bulk
  }
  /** List bulks, the newest first */
  'GET /v2/jobs/bulk': {
    path: NoParameters
    query: {
      /** Only what the caller submitted under this key. */
      idempotency_key?: string
      cursor?: string
      limit?: number
    }
    body: undefined
    reply: {
      bulks: Bulk[]
      next_cursor: string | null
    }
  }
  /** Check a bulk without submitting it */
  'POST /v2/jobs/bulk/check': {
    path: NoParameters
    query: {
      name?: string
      lane?: 'standard' | 'economy'
      /** low when left out: single jobs of the project come first. */
      priority?: 'low' | 'normal' | 'high'
      start_at?: string
      deadline?: string
      webhook_url?: string
      /** Its end when left out. */
      webhook_events?: Array<'completed' | 'failed' | 'cancelled'>
    }
    body: BulkRequest
    reply: BulkCheck
  }
  /** Read how far a bulk has come */
  'GET /v2/jobs/bulk/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Bulk
  }
  /** Pause a bulk */
  'POST /v2/jobs/bulk/{id}/pause': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Bulk
  }
  /** Resume a bulk */
  'POST /v2/jobs/bulk/{id}/resume': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Bulk
  }
  /** Cancel a bulk */
  'POST /v2/jobs/bulk/{id}/cancel': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Bulk
  }
  /** Read what came of the items of a bulk */
  'GET /v2/jobs/bulk/{id}/items': {
    path: { id: string }
    query: {
      state?: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled' | 'outcome_unknown' | 'waiting' | 'refused'
      cursor?: string
      limit?: number
    }
    body: undefined
    reply: {
      items: BulkItem[]
      next_cursor: string | null
    }
  }
  /** Read the manifest of a bulk */
  'GET /v2/jobs/bulk/{id}/manifest': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: string
  }
  /** Fetch the pictures of a bulk as one zip file */
  'GET /v2/jobs/bulk/{id}/archive': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Blob
  }
  /** List batches of the economy lane, the newest first */
  'GET /v2/batches': {
    path: NoParameters
    query: {
      /** Only those that have not ended, or that have. */
      open?: 'true' | 'false'
      cursor?: string
      limit?: number
    }
    body: undefined
    reply: {
      batches: Batch[]
      next_cursor: string | null
    }
  }
  /** Read a batch of the economy lane */
  'GET /v2/batches/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Batch
  }
  /** List jobs that were put aside */
  'GET /v2/dead-letters': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: {
      dead_letters: DeadLetter[]
    }
  }
  /** Put jobs back that were put aside */
  'POST /v2/dead-letters/redrive': {
    path: NoParameters
    query: NoParameters
    body: Redrive
    reply: {
      /** Jobs that wait again. */
      redriven: number
    }
  }
  /** Ask a main model that can draw */
  'POST /v1/responses': {
    path: NoParameters
    query: NoParameters
    body: ResponseRequest
    reply: Response
  }
  /** Read a response again */
  'GET /v1/responses/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Response
  }
  /** Forget a response */
  'DELETE /v1/responses/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: ResponseDeleted
  }
  /** Cancel a background response */
  'POST /v1/responses/{id}/cancel': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Response
  }
  /** Keep a picture for later edits */
  'POST /v1/files': {
    path: NoParameters
    query: NoParameters
    body: FileUpload
    reply: File
  }
  /** List kept files */
  'GET /v1/files': {
    path: NoParameters
    query: {
      purpose?: string
      limit?: number
      after?: string
      order?: 'asc' | 'desc'
    }
    body: undefined
    reply: Files
  }
  /** Keep a picture that lies at an address */
  'POST /v2/files/fetch': {
    path: NoParameters
    query: NoParameters
    body: FileFetch
    reply: File
  }
  /** Look at a kept file */
  'GET /v1/files/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: File
  }
  /** Give a kept file up */
  'DELETE /v1/files/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: FileDeleted
  }
  /** Read the bytes of a kept file */
  'GET /v1/files/{id}/content': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Blob
  }
  /** List models */
  'GET /v1/models': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: Models
  }
  /** Look a model up */
  'GET /v1/models/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: {
      id: string
      object: 'model'
      created: number
      owned_by: string
    }
  }
  /** List typed capabilities, routes and price cards by model */
  'GET /v2/models': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: ModelsV2
  }
  /** List the routes with their contracts */
  'GET /v2/routes': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: Routes
  }
  /** Switch a route on again that its account switched off */
  'POST /v2/routes/{route}/enable': {
    path: { route: string }
    query: NoParameters
    body: undefined
    reply: {
      route_id: string
      was_disabled: boolean
    }
  }
  /** List how every route stands */
  'GET /v2/gate': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: GateList
  }
  /** Read the latest report of a route */
  'GET /v2/gate/{route}': {
    path: { route: string }
    query: {
      format?: 'json' | 'html'
    }
    body: undefined
    reply: GateReport
  }
  /** Run the acceptance gate on a route */
  'POST /v2/gate/{route}': {
    path: { route: string }
    query: NoParameters
    body: GateRun
    reply: GateReport
  }
  /** Walk a route through the five steps to production */
  'POST /v2/rollouts': {
    path: NoParameters
    query: {
      lang?: 'en' | 'ja' | 'zh-CN'
    }
    body: NewRollout
    reply: Rollout
  }
  /** List walks of routes to production, the newest first */
  'GET /v2/rollouts': {
    path: NoParameters
    query: {
      route?: string
      lang?: 'en' | 'ja' | 'zh-CN'
      cursor?: string
      limit?: number
    }
    body: undefined
    reply: Rollouts
  }
  /** Read the report of a walk to production */
  'GET /v2/rollouts/{id}': {
    path: { id: string }
    query: {
      lang?: 'en' | 'ja' | 'zh-CN'
      format?: 'json' | 'html'
    }
    body: undefined
    reply: Rollout
  }
  /** Grant manual tests of a refused route */
  'POST /v2/gate/{route}/grant': {
    path: { route: string }
    query: NoParameters
    body: NewRouteGrant
    reply: RouteGrant
  }
  /** Take grants of manual tests back */
  'DELETE /v2/gate/{route}/grant': {
    path: { route: string }
    query: NoParameters
    body: undefined
    reply: {
      route_id: string
      withdrawn: number
    }
  }
  /** Check a call without making it */
  'POST /v2/check': {
    path: NoParameters
    query: {
      operation?: 'generate' | 'edit' | 'respond'
    }
    body: ImageGenerationRequest | ImageEditRequest | ResponseRequest
    reply: Check
  }
  /** Price a call without making it */
  'POST /v2/estimate': {
    path: NoParameters
    query: NoParameters
    body: EstimateRequest
    reply: Estimate
  }
  /** Ask which surface suits a job */
  'POST /v2/advise': {
    path: NoParameters
    query: NoParameters
    body: AdviceRequest
    reply: Advice
  }
  /** Speak the Model Context Protocol */
  'POST /mcp': {
    path: NoParameters
    query: NoParameters
    body: {
      jsonrpc: '2.0'
      [member: string]: unknown
    }
    reply: {
      jsonrpc: '2.0'
      [member: string]: unknown
    }
  }
  /** List prompts, the newest first */
  'GET /v2/prompts': {
    path: NoParameters
    query: {
      archived?: 'true' | 'false'
      cursor?: string
      limit?: number
    }
    body: undefined
    reply: Prompts
  }
  /** Keep a prompt document */
  'POST /v2/prompts': {
    path: NoParameters
    query: NoParameters
    body: NewPrompt
    reply: Prompt
  }
  /** Look a prompt or a document through */
  'POST /v2/prompts/lint': {
    path: NoParameters
    query: NoParameters
    body: PromptLintRequest
    reply: PromptLint
  }
  /** Render a document that is not kept */
  'POST /v2/prompts/render': {
    path: NoParameters
    query: NoParameters
    body: PromptDraft
    reply: RenderedPromptDraft
  }
  /** Read a prompt */
  'GET /v2/prompts/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Prompt
  }
  /** List the versions of a prompt, the newest first */
  'GET /v2/prompts/{id}/versions': {
    path: { id: string }
    query: {
      cursor?: string
      limit?: number
    }
    body: undefined
    reply: PromptVersions
  }
  /** Keep a new version */
  'POST /v2/prompts/{id}/versions': {
    path: { id: string }
    query: NoParameters
    body: NewPromptVersion
    reply: Prompt
  }
  /** Read one version of a prompt */
  'GET /v2/prompts/{id}/versions/{version}': {
    path: { id: string; version: string }
    query: NoParameters
    body: undefined
    reply: PromptVersion
  }
  /** Compare two versions of a prompt */
  'GET /v2/prompts/{id}/diff': {
    path: { id: string }
    query: {
      /** Left out: the version before `to`. */
      from?: number
      /** Left out: the newest. */
      to?: number
    }
    body: undefined
    reply: PromptDiff
  }
  /** Render a prompt without making a call */
  'POST /v2/prompts/{id}/render': {
    path: { id: string }
    query: NoParameters
    body: PromptRenderRequest
    reply: RenderedPrompt
  }
  /** Archive a prompt */
  'POST /v2/prompts/{id}/archive': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: PromptHead
  }
  /** Take a prompt out of the archive */
  'POST /v2/prompts/{id}/restore': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: PromptHead
  }
  /** Read the production log record of a generation */
  'GET /v2/generations/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: GenerationRecord
  }
  /** Delete every picture of a generation */
  'DELETE /v2/generations/{id}/images': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: DeletedPictures
  }
  /** Read the conversation of a generation */
  'GET /v2/generations/{id}/thread': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: GenerationThread
  }
  /** Read how an assistant came to its pictures */
  'GET /v2/generations/{id}/trace': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: GenerationTrace
  }
  /** Read the answer of a call again */
  'GET /v2/generations/{id}/result': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: ImagesReply
  }
  /** Read the answer of the call that was sent with an Idempotency-Key */
  'GET /v2/generations/by-key/{key}/result': {
    path: { key: string }
    query: NoParameters
    body: undefined
    reply: ImagesReply
  }
  /** Hand a picture over to somebody who makes it in ChatGPT */
  'POST /v2/handoffs': {
    path: NoParameters
    query: NoParameters
    body: NewHandoff
    reply: Handoff
  }
  /** List tickets for work by hand, the newest first */
  'GET /v2/handoffs': {
    path: NoParameters
    query: {
      state?: 'open' | 'used' | 'cancelled' | 'expired'
      cursor?: string
      limit?: number
    }
    body: undefined
    reply: Handoffs
  }
  /** Read a ticket for work by hand */
  'GET /v2/handoffs/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Handoff
  }
  /** Take a ticket for work by hand back */
  'POST /v2/handoffs/{id}/cancel': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Handoff
  }
  /** Upload the picture that was made by hand */
  'POST /v2/handoffs/{id}/result': {
    path: { id: string }
    query: NoParameters
    body: HandoffResult
    reply: HandoffTaken
  }
  /** Look for pictures, the newest first */
  'GET /v2/images': {
    path: NoParameters
    query: {
      /** Words of the prompt; all of them must stand in it. */
      q?: string
      /** SHA-256 of the picture, or its beginning. */
      hash?: string
      /** Owner of the route. */
      owner?: string
      route?: string
      /** As it was asked for. */
      model?: string
      operation?: 'generate' | 'edit' | 'respond'
      surface?: 'images' | 'responses' | 'provider' | 'chatgpt'
      /** Of the picture as it came. */
      size?: string
      format?: 'png' | 'jpeg' | 'webp'
      /** Dollars that its generation cost, at least. */
      cost_min?: string
      cost_max?: string
      /** First day or moment, UTC, at which it was asked for. */
      from?: string
      /** Last day (all of it), or the moment it ends. */
      to?: string
      /** State of its review; `none`: it was not to be looked at. */
      review?: 'none' | 'open' | 'claimed' | 'approved' | 'rejected' | 'changes_requested' | 'revoked'
      /** `x-darkroom-project-tag` of the call. */
      tag?: string
      /** A label of the call, `name:value`; several must all be there. */
      metadata?: string | string[]
      /** For the admin token: one project. It must be named where words are looked for. */
      project?: string
      cursor?: string
      /** 50 unless it is given. */
      limit?: number
    }
    body: undefined
    reply: FoundPictures
  }
  /** Read the bytes of a picture */
  'GET /v2/images/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Blob
  }
  /** Delete a picture */
  'DELETE /v2/images/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: DeletedPictures
  }
  /** Read a small version of a picture */
  'GET /v2/images/{id}/thumbnail': {
    path: { id: string }
    query: {
      /** In pixels; the next larger of 160, 320, 640 is given, or the width of the picture itself where that is less. */
      width?: number
    }
    body: undefined
    reply: Blob
  }
  /** See what a picture was made from, and what was made from it */
  'GET /v2/images/{id}/lineage': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Lineage
  }
  /** Read the bytes of a picture by an address that was signed for it */
  'GET /v2/images/{id}/signed': {
    path: { id: string }
    query: {
      expires: string
      signature: string
    }
    body: undefined
    reply: Blob
  }
  /** See what an edit changed outside its mask */
  'GET /v2/images/{id}/drift': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Drift
  }
  /** See what the guard says of a picture */
  'GET /v2/images/{id}/guard': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Guard
  }
  /** See a picture beside its source */
  'GET /v2/images/{id}/guard/side-by-side': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Blob
  }
  /** See where an edit changed the picture */
  'GET /v2/images/{id}/drift/heat-map': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Blob
  }
  /** Give a picture a public address */
  'POST /v2/images/{id}/publish': {
    path: { id: string }
    query: NoParameters
    body: Reviewer
    reply: Publication
  }
  /** End the public address of a picture */
  'POST /v2/images/{id}/unpublish': {
    path: { id: string }
    query: NoParameters
    body: WithReason
    reply: Publication
  }
  /** Read a public picture */
  'GET /p/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Blob
  }
  /** List reviews, the longest waiting first */
  'GET /v2/reviews': {
    path: NoParameters
    query: {
      state?: 'open' | 'claimed' | 'approved' | 'rejected' | 'changes_requested' | 'revoked' | 'deleted'
      reason?: 'edit' | 'text' | 'complex' | 'sampled' | 'required' | 'public'
      /** `true`: only those whose time to decide is over. */
      overdue?: 'true' | 'false'
      /** For the administrator; a key sees its own project. */
      project_id?: string
      image_id?: string
      cursor?: string
      limit?: number
    }
    body: undefined
    reply: Reviews
  }
  /** Export reviews and decisions */
  'GET /v2/reviews/export': {
    path: NoParameters
    query: {
      format?: 'csv' | 'json'
      /** Reviews opened from then on. */
      from?: string
      /** Reviews opened before. */
      to?: string
      /** For the administrator; a key sees its own project. */
      project_id?: string
    }
    body: undefined
    reply: string
  }
  /** Decide several reviews */
  'POST /v2/reviews/decisions': {
    path: NoParameters
    query: NoParameters
    body: ReviewDecisions
    reply: ReviewDecisionResults
  }
  /** Read a review */
  'GET /v2/reviews/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Review
  }
  /** Open the picture of a review at full size */
  'GET /v2/reviews/{id}/image': {
    path: { id: string }
    query: {
      /** Who decides, where the administrator token calls. A key decides under its own name and says none. */
      reviewer?: string
    }
    body: undefined
    reply: Blob
  }
  /** Claim a review */
  'POST /v2/reviews/{id}/claim': {
    path: { id: string }
    query: NoParameters
    body: Reviewer
    reply: Review
  }
  /** Let go of a review */
  'POST /v2/reviews/{id}/release': {
    path: { id: string }
    query: NoParameters
    body: Reviewer
    reply: Review
  }
  /** Approve a picture, reject it, or ask for one change */
  'POST /v2/reviews/{id}/decision': {
    path: { id: string }
    query: NoParameters
    body: ReviewDecisionRequest
    reply: ReviewDecided
  }
  /** Make the edit that a review leads to */
  'POST /v2/reviews/{id}/edit': {
    path: { id: string }
    query: NoParameters
    body: ReviewEdit
    reply: JobAccepted
  }
  /** Take an approval back */
  'POST /v2/reviews/{id}/revoke': {
    path: { id: string }
    query: NoParameters
    body: WithReason
    reply: Review
  }
  /** Sum the ledger */
  'GET /v2/ledger': {
    path: NoParameters
    query: {
      /** First day or moment, UTC. */
      from?: string
      /** Last day (all of it), or the moment it ends. */
      to?: string
      cursor?: string
      limit?: number
      /** owner, day, model, route, project, key, tag; the owner is always a group. */
      group?: string
    }
    body: undefined
    reply: Ledger
  }
  /** Sum calls: estimates, previews, repeats */
  'GET /v2/ledger/calls': {
    path: NoParameters
    query: {
      /** First day or moment, UTC. */
      from?: string
      /** Last day (all of it), or the moment it ends. */
      to?: string
      /** owner, day, model, quality; the owner is always a group. */
      group?: string
    }
    body: undefined
    reply: CallSums
  }
  /** Read the lines of the ledger */
  'GET /v2/ledger/entries': {
    path: NoParameters
    query: {
      /** First day or moment, UTC. */
      from?: string
      /** Last day (all of it), or the moment it ends. */
      to?: string
      cursor?: string
      limit?: number
      generation_id?: string
    }
    body: undefined
    reply: LedgerEntries
  }
  /** List legal holds */
  'GET /v2/legal-holds': {
    path: NoParameters
    query: {
      subject_id?: string
      /** `true`: only those in force. */
      active?: 'true' | 'false'
      after?: string
      limit?: number
    }
    body: undefined
    reply: LegalHolds
  }
  /** Place a legal hold */
  'POST /v2/legal-holds': {
    path: NoParameters
    query: NoParameters
    body: NewLegalHold
    reply: LegalHold
  }
  /** Read a legal hold */
  'GET /v2/legal-holds/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: LegalHold
  }
  /** Release a legal hold */
  'POST /v2/legal-holds/{id}/release': {
    path: { id: string }
    query: NoParameters
    body: LegalHoldRelease
    reply: LegalHold
  }
  /** List the calls whose outcome nobody knows */
  'GET /v2/unknowns': {
    path: NoParameters
    query: {
      /** Only calls on this route. */
      route?: string
      /** Only calls that old, or older. */
      min_age_s?: number
      cursor?: string
      limit?: number
    }
    body: undefined
    reply: UnknownOutcomes
  }
  /** Ask about unknown outcomes now */
  'POST /v2/unknowns/check': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: UnknownsChecked
  }
  /** Say what became of a call */
  'POST /v2/unknowns/{generation_id}/resolve': {
    path: { generation_id: string }
    query: NoParameters
    body: ResolveUnknown
    reply: ResolvedOutcome
  }
  /** Decide to run a call again that may have been charged */
  'POST /v2/unknowns/{generation_id}/run-again': {
    path: { generation_id: string }
    query: NoParameters
    body: RunAgain
    reply: JobAccepted
  }
  /** Take a webhook of an upstream */
  'POST /v2/provider-webhooks/{route}': {
    path: { route: string }
    query: NoParameters
    body: {
      object: 'event'
      type: string
      data: {
        id: string
        [member: string]: unknown
      }
      [member: string]: unknown
    }
    reply: {
      received: true
      /** none: nothing here waited for it; asked: upstream was asked how it stands; brought_home: a call of unknown outcome was settled. */
      effect: 'none' | 'asked' | 'brought_home'
    }
  }
  /** List webhooks */
  'GET /v2/webhooks': {
    path: NoParameters
    query: {
      /** `call`: those that were made for calls that named an address. */
      origin?: 'project' | 'call'
      cursor?: string
      limit?: number
    }
    body: undefined
    reply: Webhooks
  }
  /** Create a webhook */
  'POST /v2/webhooks': {
    path: NoParameters
    query: NoParameters
    body: NewWebhook
    reply: WebhookWithSecret
  }
  /** Look at a webhook */
  'GET /v2/webhooks/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Webhook
  }
  /** Change, enable or disable a webhook */
  'PATCH /v2/webhooks/{id}': {
    path: { id: string }
    query: NoParameters
    body: WebhookChange
    reply: Webhook
  }
  /** Delete a webhook */
  'DELETE /v2/webhooks/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: {
      id: string
      deleted: true
    }
  }
  /** Replace the secret of a webhook */
  'POST /v2/webhooks/{id}/rotate': {
    path: { id: string }
    query: NoParameters
    body: WebhookRotation
    reply: WebhookWithSecret
  }
  /** Send a test to a webhook */
  'POST /v2/webhooks/{id}/test': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: WebhookTested
  }
  /** Send messages again */
  'POST /v2/webhooks/{id}/replay': {
    path: { id: string }
    query: NoParameters
    body: WebhookReplay
    reply: WebhookReplayed
  }
  /** List what a webhook was told */
  'GET /v2/webhooks/{id}/deliveries': {
    path: { id: string }
    query: {
      state?: 'pending' | 'delivered' | 'exhausted' | 'cancelled'
      cursor?: string
      limit?: number
    }
    body: undefined
    reply: WebhookMessages
  }
  /** Look at a message and its attempts */
  'GET /v2/webhooks/deliveries/{message_id}': {
    path: { message_id: string }
    query: NoParameters
    body: undefined
    reply: WebhookMessageLog
  }
  /** List budgets */
  'GET /v2/budgets': {
    path: NoParameters
    query: {
      project_id?: string
    }
    body: undefined
    reply: Budgets
  }
  /** Create a budget */
  'POST /v2/budgets': {
    path: NoParameters
    query: NoParameters
    body: NewBudget
    reply: Budget
  }
  /** Read what is left of a budget */
  'GET /v2/budgets/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Budget
  }
  /** Raise, lower or rename a budget */
  'PATCH /v2/budgets/{id}': {
    path: { id: string }
    query: NoParameters
    body: BudgetChange
    reply: Budget
  }
  /** End a budget */
  'DELETE /v2/budgets/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: {
      id: string
      ended: true
    }
  }
  /** List projects */
  'GET /v2/projects': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: Projects
  }
  /** Create a project */
  'POST /v2/projects': {
    path: NoParameters
    query: NoParameters
    body: NewProject
    reply: Project
  }
  /** Read a project and its limits */
  'GET /v2/projects/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Project
  }
  /** Change or archive a project */
  'PATCH /v2/projects/{id}': {
    path: { id: string }
    query: NoParameters
    body: ProjectChange
    reply: Project
  }
  /** List API keys */
  'GET /v2/keys': {
    path: NoParameters
    query: {
      project_id?: string
    }
    body: undefined
    reply: {
      keys: ApiKey[]
    }
  }
  /** Create an API key */
  'POST /v2/keys': {
    path: NoParameters
    query: NoParameters
    body: NewApiKey
    reply: CreatedApiKey
  }
  /** Replace an API key */
  'POST /v2/keys/{id}/rotate': {
    path: { id: string }
    query: NoParameters
    body: KeyRotation
    reply: CreatedApiKey
  }
  /** Revoke an API key */
  'DELETE /v2/keys/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: {
      id: string
      revoked: true
    }
  }
  /** Who is signed in at this browser */
  'GET /v2/session': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: SignInStanding
  }
  /** Sign in at a browser */
  'POST /v2/session': {
    path: NoParameters
    query: NoParameters
    body: SignIn
    reply: BrowserSession
  }
  /** Sign out at a browser */
  'DELETE /v2/session': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: {
      signed_out: true
    }
  }
  /** Scan a project for image calls */
  'POST /v2/migration/scan': {
    path: NoParameters
    query: NoParameters
    body: MigrationScan
    reply: MigrationChecklist
  }
  /** List the keys of upstreams that are kept here */
  'GET /v2/secrets': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: {
      secrets: UpstreamSecret[]
    }
  }
  /** Keep the key of an upstream, or replace it */
  'POST /v2/secrets': {
    path: NoParameters
    query: NoParameters
    body: NewUpstreamSecret
    reply: UpstreamSecret
  }
  /** Forget the key of an upstream */
  'DELETE /v2/secrets/{name}': {
    path: { name: string }
    query: NoParameters
    body: undefined
    reply: {
      name: string
      removed: true
    }
  }
  /** Examine this installation */
  'GET /v2/doctor': {
    path: NoParameters
    query: {
      live?: 'true' | 'false'
    }
    body: undefined
    reply: {
      findings: Array<{
        name: string
        level: 'ok' | 'note' | 'warning' | 'error'
        found: string
        advice: string | null
      }>
    }
  }
  /** Hold the records against one another */
  'GET /v2/audit': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: {
      checks: Array<{
        name: string
        holds: string
        wrong: Array<{
          id: string
          expected: string | null
          found: string | null
        }>
      }>
    }
  }
  /** Hold kept bytes against their hashes */
  'POST /v2/objects/verify': {
    path: NoParameters
    query: {
      after?: string
    }
    body: undefined
    reply: {
      checked: number
      bytes: number
      missing: string[]
      damaged: string[]
      next: string | null
    }
  }
  /** List upstream answers that could not be used */
  'GET /v2/quarantine': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: {
      answers: {
        attempt_id: string
        at: string
        bytes: number
      }[]
    }
  }
  /** Read an upstream answer that could not be used */
  'GET /v2/quarantine/{id}': {
    path: { id: string }
    query: NoParameters
    body: undefined
    reply: Blob
  }
  /** Say that the process is alive */
  'GET /healthz': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: {
      status: 'ok'
    }
  }
  /** Say whether a call would be taken now */
  'GET /readyz': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: {
      status: 'ready'
      /** `ok`, or why not. */
      checks: {
        draining: string
        database: string
        schema: string
        store: string
        spool: string
      }
    }
  }
  /** Metrics in the Prometheus text format */
  'GET /metrics': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: string
  }
  /** The studio */
  'GET /': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: string
  }
  /** Every error: what happened, did it cost money, what to do next */
  'GET /docs/errors': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: string
  }
  /** Styles of the pages */
  'GET /assets/page.css': {
    path: NoParameters
    query: NoParameters
    body: undefined
    reply: string
  }
}

/** Every failure by its name in the catalogue, as `error.docs` ends in it. */
export type FailureName =
  | 'address_not_valid'
  | 'animated_image'
  | 'bad_host'
  | 'batch_not_made'
  | 'billing_hard_limit_reached'
  | 'body_too_large'
  | 'both_spellings'
  | 'budget_exceeded'
  | 'call_presumed_charged'
  | 'call_was_charged'
  | 'call_was_not_charged'
  | 'change_made'
  | 'change_not_wanted'
  | 'checklist_incomplete'
  | 'configuration_invalid'
  | 'cross_site_request'
  | 'data_folder_locked'
  | 'database_unavailable'
  | 'double_charge_not_accepted'
  | 'duplicate_key'
  | 'empty_array'
  | 'empty_string'
  | 'endpoint_not_served'
  | 'file_not_found'
  | 'full_size_unread'
  | 'handoff_closed'
  | 'handoff_expired'
  | 'headers_too_large'
  | 'idempotency_key_reused'
  | 'image_deleted'
  | 'image_model_as_main'
  | 'image_not_stored'
  | 'image_too_large'
  | 'image_too_many_pixels'
  | 'insufficient_quota'
  | 'integer_above_max_value'
  | 'integer_below_min_value'
  | 'integrity_error'
  | 'internal_error'
  | 'invalid_api_key'
  | 'invalid_body'
  | 'invalid_bulk'
  | 'invalid_deadline'
  | 'invalid_encoding'
  | 'invalid_http'
  | 'invalid_idempotency_key'
  | 'invalid_image_file'
  | 'invalid_input_fidelity_model'
  | 'invalid_json'
  | 'invalid_markup_image'
  | 'invalid_mask_image_format'
  | 'invalid_multipart'
  | 'invalid_parameter_header'
  | 'invalid_png_output_compression'
  | 'invalid_prompt'
  | 'invalid_signature'
  | 'invalid_size'
  | 'invalid_type'
  | 'invalid_value'
  | 'job_already_ended'
  | 'job_cancelled'
  | 'job_deadline_passed'
  | 'job_not_retryable'
  | 'key_in_url'
  | 'key_revoked'
  | 'key_rotation_open'
  | 'legal_hold'
  | 'limit_reached'
  | 'method_not_allowed'
  | 'missing_prompt_variable'
  | 'missing_required_parameter'
  | 'model_not_found'
  | 'model_retired'
  | 'moderation_blocked'
  | 'no_image_returned'
  | 'no_route'
  | 'not_a_reviewer'
  | 'not_allowed_by_project'
  | 'not_found'
  | 'object_missing'
  | 'order_expired'
  | 'organization_not_verified'
  | 'outcome_already_known'
  | 'overloaded'
  | 'permission_denied'
  | 'picture_not_public'
  | 'price_ceiling_exceeded'
  | 'price_not_configured'
  | 'project_rate_limited'
  | 'prompt_archived'
  | 'prompt_version_conflict'
  | 'publishing_off'
  | 'queue_full'
  | 'range_not_satisfiable'
  | 'rate_limit_exceeded'
  | 'rate_limited'
  | 'request_aborted'
  | 'request_timeout'
  | 'response_not_found'
  | 'result_expired'
  | 'result_not_ready'
  | 'retouch_failed'
  | 'review_claimed'
  | 'review_decided'
  | 'review_not_approved'
  | 'review_own_submission'
  | 'review_same_person'
  | 'route_not_allowed'
  | 'route_unavailable'
  | 'run_again_not_possible'
  | 'secret_in_use'
  | 'secret_rotation_open'
  | 'shutting_down'
  | 'sign_in_code_used'
  | 'sign_in_needs_https'
  | 'storage_full'
  | 'storage_unavailable'
  | 'strict_mask_impossible'
  | 'string_above_max_length'
  | 'too_many_images'
  | 'too_many_parts'
  | 'unexpected_file_part'
  | 'unknown_parameter'
  | 'unknown_prompt_variable'
  | 'unsupported_background'
  | 'unsupported_combination'
  | 'unsupported_country_region_territory'
  | 'unsupported_image_format'
  | 'unsupported_media_type'
  | 'unsupported_on_route'
  | 'unsupported_output_format'
  | 'unsupported_quality'
  | 'upstream_auth_failed'
  | 'upstream_bad_response'
  | 'upstream_outcome_unknown'
  | 'upstream_quota_exceeded'
  | 'upstream_rate_limited'
  | 'upstream_refused'
  | 'upstream_tls_error'
  | 'upstream_unreachable'
  | 'uri_too_long'
  | 'url_fetch_failed'
  | 'url_not_allowed'
  | 'weak_secret'
  | 'webhook_disabled'
  | 'webhook_fixed'
  | 'webhook_url'
