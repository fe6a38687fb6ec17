import type { Principal } from '../../access/index.ts'
import { failure } from '../../contract/failure.ts'
import type { HandoffTaken } from '../../contract/record.ts'
import { type HandoffRow, statementContext } from '../../db/index.ts'
import type { HandoffWords } from '../../handoffs/index.ts'
import { uploadedEvidence } from '../../images/index.ts'
import { type BodySource, type FormIntake, takeInUpload, type Upload } from '../../inputs/index.ts'
import { examinePicture, inspectImageFile, mediaTypes } from '../../pixels/index.ts'
import type { ReviewFacts } from '../../review/index.ts'
import { type ObjectHold, objectPath, recordObjects } from '../../store/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { keepTexts } from '../guard/keep-texts.ts'
import { openInputWorkspace } from '../input-workspace.ts'
import { refusalOfPicture } from '../refusal-of-picture.ts'
import { retentionFor } from '../retention/retention-for.ts'
import { dueReviewOf } from '../review/due-review.ts'
import { boxesAsCame } from './handoff-boxes.ts'
import { handoffSource } from './handoff-source.ts'
import { type HandmadePicture, handmadeStatements } from './record-handmade.ts'
import { requireHandoff, showHandoff, wishesOf, wordsOf } from './show-handoff.ts'

/** A picture that was made by hand, on its way in. */
export interface HandoffUpload {
  id: string
  /** Whose tickets the caller may see; null = every project's. */
  projectId: string | null
  principal: Principal
  requestId: string
  source: BodySource
  baseUrl: string
}

/**
 * Takes the picture of a ticket: it is decoded apart, kept by its hash, and recorded as a generation of surface `chatgpt` that cost nothing, in the transaction that uses the ticket up. Its
 * credentials and, for an edit, its differences from the source are looked at afterwards, as of any other picture.
 * @throws Failure `handoff_closed`, `handoff_expired`, those of a body that cannot be taken in and of a picture that cannot be read
 */
export async function takeHandoffResult(parts: GatewayParts, upload: HandoffUpload): Promise<HandoffTaken> {
  const handoff = await requireHandoff(parts, upload)
  // Before the body is read: nobody sends twenty megabytes for a ticket that is closed.
  assertOpen(parts, handoff)
  await using workspace = await openInputWorkspace(parts, upload.requestId)
  const intake = await takeInUpload(upload.source, { folder: workspace.folder, name: 'result', part: 'image' })
  const { picture, model } = await partsOf(intake)
  const made = await examined(parts, handoff, picture)
  await parts.storageHealth.assertWritable()
  const generationId = await keep(parts, upload, { handoff, picture: { ...made, model: model ?? handoff.model } })
  parts.afterDelivery.wake()
  parts.logger.info({ generation_id: generationId, project_id: handoff.project_id, surface: 'chatgpt' }, 'a picture made by hand was taken')
  const { id, upload: file, facts, evidence } = made
  return {
    handoff: await showHandoff(parts, upload),
    generation_id: generationId,
    image: {
      id,
      url: `${upload.baseUrl}/v2/images/${id}`,
      sha256: file.sha256,
      width: facts.width,
      height: facts.height,
      format: facts.format,
      bytes: file.bytes,
    },
    warnings: evidence.warnings,
  }
}

function assertOpen({ clock }: Pick<GatewayParts, 'clock'>, { state, expires_at_ms, generation_id }: HandoffRow): void {
  if (state === 'used')
    throw failure('handoff_closed', {
      message: `This ticket has its picture: generation ${generation_id}. Nothing was kept or charged; open another ticket for another picture.`,
    })
  if (state === 'cancelled') throw failure('handoff_closed')
  if (expires_at_ms <= clock.nowMs()) throw failure('handoff_expired')
}

async function partsOf({ uploads, fields }: FormIntake): Promise<{ picture: Upload; model: string | null }> {
  const [picture] = uploads
  if (!picture)
    throw failure('missing_required_parameter', { param: 'image', message: "Missing required parameter: 'image', the picture as a file." })
  const unknown = fields.find(([name]) => name !== 'model')
  if (unknown)
    throw failure('unknown_parameter', { param: unknown[0].slice(0, 64), message: `Unknown parameter: '${unknown[0].slice(0, 64)}'.` })
  const [, model] = fields[0] ?? []
  if (fields.length > 1) throw failure('duplicate_key', { param: 'model' })
  // As in a ticket: no control characters, and what fits on a line.
  if (model !== undefined && !/^[^\p{Cc}]{1,200}$/u.test(model))
    throw failure('invalid_value', {
      param: 'model',
      message: 'model: must be a name of up to 200 characters. Nothing was kept or charged.',
    })
  return { picture, model: model ?? null }
}

/** Decodes it apart, and compares it with what was wanted. */
async function examined(parts: GatewayParts, handoff: HandoffRow, upload: Upload): Promise<Omit<HandmadePicture, 'model'>> {
  const examination = await examinePicture(parts.pixels, upload.path)
  if (!examination.ok) throw refusalOfPicture(examination.problem, examination.found, 'image')
  const facts = await inspectImageFile(upload.path)
  if (!facts) throw failure('invalid_image_file', { param: 'image' })
  const { size, format } = wishesOf(handoff)
  if (format !== null && facts.format !== format)
    throw failure('invalid_value', {
      param: 'image',
      message: `The ticket asks for ${format}, and this is ${facts.format}. Nothing was kept or charged, and the ticket is open: upload the ${format}, or open another ticket without a format.`,
    })
  return { id: parts.newId('img'), upload, facts, evidence: uploadedEvidence({ model: handoff.model, size, format }, facts) }
}

async function keep(
  parts: GatewayParts,
  { principal, requestId }: HandoffUpload,
  { handoff, picture }: { handoff: HandoffRow; picture: HandmadePicture },
): Promise<string> {
  const { sha256, path: spoolPath } = picture.upload
  const { source_kind, source_ref, project_id: projectId } = handoff
  const [retention, source] = await Promise.all([
    retentionFor(parts, projectId),
    source_kind === null ? null : handoffSource(parts, { kind: source_kind, id: source_ref! }, projectId),
  ])
  const generationId = parts.newId('gen')
  const words = wordsOf(parts, handoff)
  const boxes = boxesAsCame(wishesOf(handoff), words?.texts ?? [], { source, came: picture.facts })
  const guarded = await keepTexts(parts, { id: generationId, texts: boxes.texts }, retention.prompts)
  const dueReview = await dueReviewOf(parts, { id: generationId, principal: { projectId } }, reviewFactsByHand(handoff, words))
  const work = async (hold: ObjectHold) => {
    const { store, path, bytes, existed } = await parts.store.put({ spoolPath, sha256, extension: picture.facts.format })
    const context = statementContext(parts.database, parts.clock, parts.newId)
    const made = { handoff, words, picture, source, boxes, retention, generationId, keyId: principal.keyId, requestId }
    try {
      await parts.database.transact([
        ...recordObjects(context, [{ sha256, store, path, bytes, mediaType: mediaTypes[picture.facts.format] }], hold),
        ...handmadeStatements(parts, context, made, guarded(context)),
        ...dueReview(context),
      ])
    } catch (error) {
      if (!existed) await parts.store.remove(path).catch(() => undefined)
      throw error
    }
  }
  await parts.objectLocks.hold([sha256], work, { putting: [objectPath(sha256, picture.facts.format)] })
  return generationId
}

/** By the project's rules it is looked at like any other picture; the ticket itself asks for nothing. */
function reviewFactsByHand(handoff: HandoffRow, words: HandoffWords | null): ReviewFacts {
  const { tag, metadata } = wishesOf(handoff)
  const languages = [...new Set((words?.texts ?? []).map(({ lang }) => lang))]
  return { operation: handoff.operation, languages, projectTag: tag, metadata, wish: null }
}
