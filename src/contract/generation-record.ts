import { z } from 'zod'
import { driftSummarySchema } from './drift-replies.ts'
import { errorObjectSchema } from './error-body.ts'
import { guardSummarySchema } from './guard-replies.ts'
import { recordedReviewSchema } from './review-replies.ts'
import { outcomeEvidenceSchema, outcomeSchema } from './unknown-replies.ts'
import { bookSchema, countSchema, moneySchema, nextActionSchema, retryReasonSchema, sha256Schema, timeSchema } from './wire-values.ts'

const milliseconds = z.number().min(0)
const usd = z.string().describe('Decimal dollars.')
const nanos = z.string().describe('The same in nano-dollars.')

/** Where a generation stands. */
export const generationStatusSchema = z.enum(['queued', 'running', 'completed', 'failed', 'cancelled', 'outcome_unknown'])

/** A remark of the contract check that did not refuse the request. */
export const warningSchema = z
  .object({ code: z.string(), param: z.string().nullable(), message: z.string() })
  .meta({ id: 'ContractWarning' })

/** The route's contract as it stood when the call was made; a fact its owner never stated is null. */
const routeContractSchema = z.looseObject({
  version: z.union([z.int(), z.string()]),
  base_url: z.string(),
  price_card: z.string(),
  billing: z.string().nullable(),
  failed_call_billing: z.record(z.string(), z.string()).nullable(),
  output_rights: z.record(z.string(), z.union([z.string(), z.boolean()])).nullable(),
  terms: z.object({ url: z.string(), read_on: z.string(), by: z.string() }).nullable(),
  account_owner: z.string().nullable(),
})

/** One picture that the request brought along. */
const inputImageSchema = z
  .object({
    sha256: sha256Schema.describe("Of the caller's own bytes."),
    source: z.enum(['upload', 'data_url', 'url', 'file', 'image']),
    source_ref: z.string().nullable().describe('File name, address without its query, or id of the file or picture.'),
    width: z.int().min(1),
    height: z.int().min(1),
    format: z.enum(['png', 'jpeg', 'webp']),
    bytes: countSchema,
    role: z.enum(['image', 'mask', 'markup']),
    rights: z.string().nullable().describe('What the caller says of where it comes from and what may be done with it.'),
    sent_sha256: sha256Schema.describe('Of the bytes that went upstream.'),
    conversion: z.enum(['mask_from_luminance', 'png']).nullable().describe('Why those two differ; null when they do not.'),
  })
  .meta({ id: 'InputImage' })

/** What Darkroom itself did to a picture after it came; further members say with what. */
const processSchema = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('strict_mask'), original_image_id: z.string(), feather_px: countSchema }),
  z.looseObject({ kind: z.literal('keyed_transparency'), original_image_id: z.string(), key_colour: z.string() }),
])

/** The loggable form of a request: enough to explain cost and differences, without the prompt's words. */
const requestShapeSchema = z.object({
  prompt_sha256: sha256Schema,
  prompt_version: z.string().nullable(),
  input_image_count: countSchema,
  input_images: z.array(inputImageSchema),
  mask_sha256: sha256Schema.nullable(),
  size: z.string(),
  quality: z.string(),
  output_format: z.string(),
  output_compression: z.int().nullable(),
  background: z.string(),
  moderation: z.string(),
  n: z.int(),
  partial_images: countSchema,
  stream: z.boolean(),
  protect: z
    .array(z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() }))
    .describe('Rectangles that the edit was to leave alone, in pixels of the result.'),
  subject: z
    .object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() })
    .nullable()
    .optional()
    .describe('What the picture is about, as declared; pixels of the result.'),
  texts: countSchema.optional().describe('Texts that the picture was to show. Their words stand in no record.'),
})

const storagePointerSchema = z.object({
  store: z.string(),
  path: z.string(),
  public_url: z.string().nullable(),
  delete_after: timeSchema.nullable(),
  deletion_policy: z.string(),
})

/** One result. `storage_pointer` is null when the bytes could not be kept. */
export const recordedImageSchema = z
  .object({
    id: z.string(),
    sha256: sha256Schema,
    width: z.int().nullable(),
    height: z.int().nullable(),
    format: z.string().nullable(),
    bytes: countSchema,
    storage: z.enum(['stored', 'not_stored']),
    storage_pointer: storagePointerSchema.nullable(),
    evidence: z.record(z.string(), z.unknown()).describe('Signals about who made the picture.'),
    review: recordedReviewSchema.nullable().describe('What people decide about it; null where nobody is to look.'),
    process: processSchema.nullable().describe('What Darkroom did to the picture; null for one as the model made it.'),
    drift: driftSummarySchema.nullable().describe('What an edit changed outside its mask; null for pictures that are no edits.'),
    guard: guardSummarySchema
      .nullable()
      .describe('What the guard says of the picture; null where there is nothing to judge: no edit, no declared text.'),
    deleted_at: timeSchema.nullable(),
  })
  .meta({ id: 'RecordedImage' })

/** Tokens per price bucket, and how they were come by. */
const recordedUsageSchema = z.object({
  text_in: countSchema,
  text_cached_in: countSchema,
  image_in: countSchema,
  image_cached_in: countSchema,
  image_out: countSchema,
  text_out: countSchema,
  partial_images: countSchema,
  main_model: z.record(z.string(), z.unknown()).nullable(),
  web_search_calls: countSchema,
  source: z.enum(['upstream', 'upstream_without_details', 'estimated']),
})

const recordedCostSchema = z.object({
  currency: z.literal('USD'),
  book: bookSchema,
  estimated: usd,
  estimated_nanos: nanos,
  reserved: usd,
  reserved_nanos: nanos,
  settled: usd,
  settled_nanos: nanos,
  held_unknown: usd,
  held_unknown_nanos: nanos,
  presumed: z
    .boolean()
    .describe('Nobody found out within 72 hours whether the call was charged: the settled cost is what it is taken to be.'),
  price_card: z.string(),
})

/** One upstream call made for the generation. */
const recordedAttemptSchema = z.object({
  id: z.string(),
  n: z.int().min(1),
  route_id: z.string(),
  state: z.string().describe('`unknown` until it is `resolved_charged`, `resolved_free` or `presumed_charged`; else how the call ended.'),
  outcome: z.string().nullable(),
  retry_reason: retryReasonSchema.nullable(),
  http_status: z.int().nullable(),
  request_id: z.string().nullable(),
  started_at: timeSchema,
  first_byte_ms: milliseconds.nullable(),
  total_ms: milliseconds.nullable(),
  cost: moneySchema.nullable(),
})

/** How far the main model went from the asked prompt: counts and a hash, never the words. */
const revisedPromptSchema = z
  .object({ sha256: sha256Schema, words_added: countSchema, words_removed: countSchema })
  .describe('The words are in GET /v2/generations/{id}/trace as long as the response is kept.')

/** One step of an assistant flow, in the order of the response's output. Ids are upstream's, `image_ids` Darkroom's. */
export const traceStepSchema = z
  .discriminatedUnion('step', [
    z.object({
      step: z.literal('main_model'),
      model: z.string(),
      response_id: z.string().nullable(),
      status: z.string().describe("Of the response, in upstream's words."),
    }),
    z.object({
      step: z.literal('tool_call'),
      call_id: z.string(),
      status: z.string(),
      action: z.string().nullable(),
      image_ids: z.array(z.string()).describe('Empty for a call that failed.'),
      revised_prompt: revisedPromptSchema.nullable(),
      error: z.looseObject({ code: z.string().nullable(), message: z.string() }).nullable(),
    }),
    z.object({ step: z.literal('other_item'), type: z.string(), id: z.string().nullable(), status: z.string().nullable() }),
  ])
  .meta({ id: 'TraceStep' })

/** As `traceStepSchema` describes it. */
export type TraceStep = z.infer<typeof traceStepSchema>

/** Trace of an assistant flow; null for direct image calls. */
export const assistantSchema = z
  .object({
    main_model: z.string(),
    main_model_priced: z.boolean().describe('false = no price card; the call counts at the ceiling of the project.'),
    response_id: z.string().nullable(),
    call_ids: z.array(z.string()),
    previous_response_id: z.string().nullable(),
    reasoning_effort: z.string().nullable(),
    complexity: z.object({ effort: z.string().nullable(), from: z.enum(['tool', 'reasoning', 'default']) }).nullable(),
    background: z.boolean(),
    store: z.boolean().describe('Whether upstream was asked to keep the response.'),
    replayed_images: countSchema.describe('Pictures of earlier turns that were sent as bytes in place of an id.'),
    trace: z.array(traceStepSchema),
  })
  .meta({ id: 'AssistantTrace' })

/** As `assistantSchema` describes it. */
export type AssistantTrace = z.infer<typeof assistantSchema>

/** What makes repetitions of the call known, and which were answered by it without naming its key. */
const idempotencySchema = z
  .object({
    keys: z.array(z.string()).describe('Idempotency keys that name this call, as long as they are remembered.'),
    fingerprint: sha256Schema.describe('Of the canonical request and of what it brought along.'),
    delivery: z
      .enum(['delivered', 'left'])
      .nullable()
      .describe('Whether the first caller, or its silent retry, had the whole answer; null while that is not known.'),
    attached: z.array(
      z.object({
        attached_by: z.enum(['shadow', 'coalesced', 'cache']).describe('shadow = a retry of the official client that named no key.'),
        at: timeSchema,
        request_id: z.string(),
      }),
    ),
  })
  .meta({ id: 'Idempotency' })

/** The production log record of one generation; every generation has one, failed ones too. `GET /v2/generations/{id}`. */
export const generationRecordSchema = z
  .object({
    id: z.string(),
    created_at: timeSchema,
    completed_at: timeSchema.nullable(),
    operation: z.enum(['generate', 'edit', 'respond']),
    surface: z.enum(['images', 'responses', 'provider', 'chatgpt']),
    status: generationStatusSchema,
    outcome: outcomeSchema.nullable().describe('Whether the call cost money, as far as it is known now; null while it runs.'),
    resolve_by: timeSchema.nullable().describe('When an unknown outcome is presumed to be a charge; null where nothing is unknown.'),
    outcome_evidence: z.array(outcomeEvidenceSchema).describe('What was found out about an unknown outcome, oldest first.'),
    request_id: z.string().nullable().describe("Upstream's request id of the last attempt."),
    client_request_id: z.string().nullable(),
    trace_id: z.string().nullable().describe("Of the caller's trace (`traceparent`), or of one that this gateway began."),
    project_id: z.string(),
    project_tag: z.string().nullable(),
    submitter: z
      .object({ kind: z.enum(['key', 'admin']), key_id: z.string().nullable(), name: z.string().nullable() })
      .describe('Who asked.'),
    parent: z
      .object({ generation_id: z.string(), image_id: z.string(), review_id: z.string() })
      .nullable()
      .describe('The picture that this edit corrects, and the review that asked for it.'),
    metadata: z.record(z.string(), z.string()).nullable().describe('Labels of the caller (`darkroom.metadata`).'),
    route_owner: z.string(),
    route_id: z.string(),
    route_contract: routeContractSchema,
    model_mapping: z.object({ requested: z.string(), sent: z.string().nullable(), reported: z.string().nullable() }),
    request_shape: requestShapeSchema,
    images: z.array(recordedImageSchema).describe('The pictures that were delivered.'),
    originals: z.array(recordedImageSchema).describe('Pictures as the model made them, where others were delivered in their place.'),
    usage: recordedUsageSchema.nullable(),
    cost: recordedCostSchema,
    attempts: z.array(recordedAttemptSchema),
    previews: z.object({
      asked: countSchema,
      received: countSchema,
      cost: moneySchema,
      images: z
        .array(recordedImageSchema)
        .describe('Previews that were kept, because the call asked for it (`x-darkroom-partials: store`).'),
    }),
    timeout_ms: z.int().min(1),
    idempotency: idempotencySchema
      .nullable()
      .describe('Null for calls that nobody can repeat: those of the gate, and those of older releases.'),
    assistant: assistantSchema.nullable(),
    retry_reason: retryReasonSchema.nullable(),
    next_action: nextActionSchema,
    legal_holds: z
      .array(
        z.object({
          id: z.string(),
          subject_kind: z.enum(['image', 'generation', 'project']),
          subject_id: z.string(),
          placed_at: timeSchema,
        }),
      )
      .describe('What keeps it, or pictures of it, from being deleted now. Why, administrators see at `/v2/legal-holds`.'),
    warnings: z.array(warningSchema),
    error: errorObjectSchema.nullable(),
  })
  .meta({ id: 'GenerationRecord' })

/** As `generationRecordSchema` describes it. */
export type GenerationRecord = z.infer<typeof generationRecordSchema>
