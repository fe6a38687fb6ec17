import type { Principal } from '../../access/index.ts'
import { defaultToolModel } from '../../contract/check-image-tool.ts'
import { nothingAsked } from '../../contract/darkroom-headers.ts'
import { errorBody, Failure, failure } from '../../contract/failure.ts'
import type { GenerationRecord, ReviewDecisionBody, ReviewEditBody } from '../../contract/record.ts'
import type { GenerationRow, ReviewChangeRow } from '../../db/index.ts'
import { findGeneration } from '../../generations/index.ts'
import { findGuardTexts, openGuardTexts } from '../../guard/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { changesOf, type FoundReview, recordChange, recordSuccessor } from '../../review/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { RepeatSigns } from '../idempotency/accept-once.ts'
import { openInputWorkspace } from '../input-workspace.ts'
import { type AcceptedJob, acceptJob } from '../jobs/accept-job.ts'
import { retentionFor } from '../retention/retention-for.ts'
import { openChange, sealChange } from './change-words.ts'
import { type ReviewAskedFor, requireReview } from './show-review.ts'

/** Whose call the edit is. */
export interface ReviewCaller {
  principal: Principal
  requestId: string
  baseUrl: string
}

/** An edit that a review leads to. */
export type ReviewEditAsk = ReviewAskedFor & ReviewCaller & { repeat: RepeatSigns; body: ReviewEditBody }

/**
 * Makes the edit that a review leads to, as a job: the picture that was decided on, the one thing that is to change, the size and settings it was
 * made with. Its record names the picture it comes from. Whoever asks for it submits it, and so cannot approve it.
 * @throws Failure `not_found`, `change_not_wanted`, `change_made`, `image_deleted`, `missing_required_parameter` where nothing is said to change;
 * whatever accepting a job throws
 */
export async function editForReview(parts: GatewayParts, ask: ReviewEditAsk): Promise<AcceptedJob> {
  const found = await requireReview(parts, ask)
  if (found.state !== 'changes_requested' && found.state !== 'rejected') throw failure('change_not_wanted')
  if (found.image_deleted_at_ms !== null) throw failure('image_deleted')
  const [change] = await changesOf(parts.database, [found.id])
  const before = await failedEdit(parts, change)
  const words = ask.body.change ?? (change ? await openChange(parts, change) : null)
  if (words === null) throw failure('missing_required_parameter', { param: 'change', message: nothingSaid })
  const newWords = ask.body.change === undefined ? null : await newChange(parts, found, ask.body.change)
  await using workspace = await openInputWorkspace(parts, ask.requestId)
  const brought = {
    form: { form: 'json' as const, dataUrls: [], isServedUrl: () => false },
    uploads: [],
    folder: workspace.folder,
    projectId: found.project_id,
    ownImageId: () => null,
  }
  const call = {
    operation: 'edit' as const,
    principal: { ...ask.principal, projectId: found.project_id },
    body: await editBody(parts, found, words, ask.body),
    brought,
    headers: nothingAsked(),
    requestId: ask.requestId,
    clientRequestId: null,
    repeat: ask.repeat,
  }
  return await acceptJob(parts, call, {
    shape: 'native',
    lane: 'standard',
    priority: 'normal',
    startAtMs: null,
    deadlineMs: null,
    baseUrl: ask.baseUrl,
    fingerprint: { review: found.id },
    also: (context, jobId) => [
      ...(newWords === null ? [] : [recordChange(context, newWords)]),
      recordSuccessor(context, { itemId: found.id, generationId: jobId, before }),
    ],
  })
}

const nothingSaid = "Nobody said what is to change, or the time of those words is over: say it in 'change'. Nothing was sent or charged."

/** The edit that was made for a review before, where nothing came of it; null where none was. @throws Failure `change_made` */
async function failedEdit({ database }: GatewayParts, change: ReviewChangeRow | undefined): Promise<string | null> {
  const made = change?.generation_id ?? null
  if (made === null) return null
  const rows = await findGeneration(database, { id: made, projectId: null })
  const status = rows?.generation.status
  if (status === 'failed' || status === 'cancelled') return made
  throw failure('change_made', { extra: { generation_id_of_edit: made } })
}

async function newChange(parts: GatewayParts, { id, image_id, project_id }: FoundReview, words: string) {
  const { prompts } = await retentionFor(parts, project_id)
  return { itemId: id, imageId: image_id, projectId: project_id, sealed: await sealChange(parts, id, words), kept: prompts }
}

/** As the picture was asked for: a review changes one thing. */
async function editBody(parts: GatewayParts, found: FoundReview, prompt: string, { quality, model }: ReviewEditBody): Promise<JsonObject> {
  const { generation } = (await findGeneration(parts.database, { id: found.generation_id, projectId: null }))!
  const shape: GenerationRecord['request_shape'] = JSON.parse(generation.request_shape_json)
  const { output_compression: compression, output_format: format } = shape
  const darkroom = await wishesOf(parts, generation, shape)
  return {
    model: model ?? imageModel(parts, generation.model_asked),
    prompt,
    images: [{ file_id: found.image_id }],
    size: found.width !== null && found.height !== null ? `${found.width}x${found.height}` : 'auto',
    quality: quality ?? shape.quality,
    ...(rasterFormats.includes(format) ? { output_format: format } : {}),
    ...(compression === null ? {} : { output_compression: compression }),
    ...(Object.keys(darkroom).length > 0 ? { darkroom } : {}),
  }
}

const rasterFormats = ['png', 'jpeg', 'webp']

/** A conversation is asked of a main model, which draws nothing itself, and work by hand of whatever its account shows. */
function imageModel({ catalogue, clock }: GatewayParts, asked: string): string {
  return catalogue.find(asked, clock.nowMs()) ? asked : defaultToolModel
}

/** What the picture was to keep and to show, its successor is to keep and to show: texts as long as they are kept. */
async function wishesOf(
  { database, guardKey }: GatewayParts,
  { id, metadata_json }: Pick<GenerationRow, 'id' | 'metadata_json'>,
  { protect, subject }: GenerationRecord['request_shape'],
): Promise<JsonObject> {
  const sealed = await findGuardTexts(database, id)
  const texts = sealed === null ? [] : await openGuardTexts(guardKey, id, sealed)
  return {
    ...(protect.length > 0 ? { protect: protect.map((box) => ({ ...box })) } : {}),
    ...(subject ? { subject: { ...subject } } : {}),
    ...(texts.length > 0 ? { texts: texts.map(({ text, lang, box }) => ({ text, lang, ...(box && { box: { ...box } }) })) } : {}),
    ...(metadata_json === null ? {} : { metadata: JSON.parse(metadata_json) }),
  }
}

/** What came of the edit that a decision asked for. */
export interface DecisionEdit {
  job_id: string | null
  edit_error: { code: string | null; message: string } | null
}

/** Makes the edit at once where the decision asked for it. The decision stands, whatever comes of it. */
export async function editAfterDecision(
  parts: GatewayParts,
  ask: ReviewAskedFor & ReviewCaller,
  { decision, run }: Pick<ReviewDecisionBody, 'decision' | 'run'>,
): Promise<DecisionEdit> {
  if (decision !== 'changes_requested' || !run) return { job_id: null, edit_error: null }
  try {
    const { jobId } = await editForReview(parts, { ...ask, repeat: { key: null, retryCount: 0 }, body: {} })
    return { job_id: jobId, edit_error: null }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { job_id: null, edit_error: errorBody(error, { requestId: ask.requestId }).error }
  }
}
