import { type ErrorBody, errorBody, Failure, type FailureRow, failure } from '../../contract/failure.ts'
import { failureCatalogue } from '../../contract/failure-catalogue.ts'
import type { StoredReplyRow } from '../../db/index.ts'
import type { FoundImage, GenerationResult } from '../../generations/index.ts'
import { findReply } from '../../idempotency/index.ts'
import type { ErrorReply } from '../../relay/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { imagesAnswer, responseAnswer } from './answer-from-record.ts'
import { isStreamText, openReply } from './reply-text.ts'
import { asksForStream, type WholeAnswer } from './whole-answer.ts'

/** The answer of a generation that has ended, ready to be given again. */
export type KeptAnswer = WholeAnswer | { kind: 'error'; error: ErrorReply }

/**
 * Finds the answer of a generation as its caller got it: the same bytes, from the text that was kept and the pictures in the store. Where the text
 * was not kept, it is written anew from the record.
 */
export async function findAnswer(parts: GatewayParts, rows: GenerationResult): Promise<KeptAnswer> {
  const { generation } = rows
  const reply = await findReply(parts.database, generation.id)
  if (generation.status !== 'completed' && reply?.sealed == null) return { kind: 'error', error: errorOf(parts, rows, reply) }
  const answer = (await answerFromText(parts, rows, reply)) ?? (await answerFromRecord(parts, rows)) ?? failure('result_expired')
  const found = answer instanceof Failure ? answer : await assertThere(parts, rows, answer)
  return found instanceof Failure ? { kind: 'error', error: againReply(found, generation.id, parts.newId('req')) } : found
}

/** Null where nothing was kept, or in another form than the call asked for: what is brought home late comes as a document. */
async function answerFromText(
  parts: GatewayParts,
  rows: GenerationResult,
  reply: StoredReplyRow | null,
): Promise<WholeAnswer | Failure | null> {
  const text = await openReply(parts, reply)
  if (text === null || isStreamText(text.outline) !== asksForStream(rows)) return null
  const paths = pathsOf(rows, text.images)
  return paths instanceof Failure ? paths : { kind: 'whole', outline: text.outline, paths }
}

async function answerFromRecord(parts: GatewayParts, rows: GenerationResult): Promise<WholeAnswer | Failure | null> {
  if (rows.generation.surface === 'responses') return responseAnswer(parts, rows)
  const delivered = deliveredImages(rows)
  const paths = pathsOf(rows, delivered)
  return paths instanceof Failure ? paths : { kind: 'whole', outline: imagesAnswer(rows, delivered), paths }
}

/** Where pictures were made of the model's, those are what the caller got. */
function deliveredImages({ images }: GenerationResult): FoundImage[] {
  const results = images.filter((image) => image.is_preview === 0)
  const replaced = new Set(results.map((image) => image.derived_from))
  return results.filter(({ id }) => !replaced.has(id))
}

/** Where the pictures lie; why they cannot be given again when one of them is gone. */
function pathsOf({ images }: GenerationResult, wanted: readonly { sha256: string }[]): string[] | Failure {
  const paths: string[] = []
  for (const { sha256 } of wanted) {
    const same = images.filter((image) => image.sha256 === sha256)
    const there = same.find((image) => image.deleted_at_ms === null && image.storage === 'stored' && image.path !== null)
    if (!there) return failure(whyGone(same))
    paths.push(there.path!)
  }
  return paths
}

function whyGone(images: readonly FoundImage[]) {
  if (images.some(({ deleted_at_ms }) => deleted_at_ms !== null)) return 'result_expired'
  return images.some(({ storage }) => storage === 'not_stored') ? 'image_not_stored' : 'object_missing'
}

/** An answer is not begun that could not be ended. */
async function assertThere(parts: GatewayParts, { images }: GenerationResult, answer: WholeAnswer): Promise<WholeAnswer | Failure> {
  for (const path of answer.paths) {
    const found = await parts.store.stat(path)
    if (found === null) return failure('object_missing')
    if (images.some((image) => image.path === path && image.bytes !== found.bytes)) return failure('integrity_error')
  }
  return answer
}

/** The error that the call ended with. Whoever repeats the call gets it, and is told to leave it at that: it holds for this call. */
function errorOf(parts: GatewayParts, { generation }: GenerationResult, reply: StoredReplyRow | null): ErrorReply {
  // Booked by nobody: what came of it is found by the next start.
  if (generation.error_json === null) return againReply(failure('upstream_outcome_unknown'), generation.id, parts.newId('req'))
  const error = JSON.parse(generation.error_json) as ErrorBody['error']
  const status = reply !== null && reply.status >= 400 ? reply.status : statusOf(error)
  return { status, headers: doNotRepeat, body: { error } }
}

const doNotRepeat = { 'x-should-retry': 'false' }

/** Where no status was kept: that of the row of the catalogue which the error names. */
function statusOf({ docs }: ErrorBody['error']): number {
  const row = (failureCatalogue as Readonly<Record<string, FailureRow>>)[docs.split('#')[1] ?? '']
  return row?.status ?? 502
}

/** A failure as the answer to a repetition. */
function againReply(error: Failure, generationId: string, requestId: string): ErrorReply {
  return { status: error.status, headers: doNotRepeat, body: errorBody(error, { requestId, generationId }) }
}
