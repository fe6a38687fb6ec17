import { failure } from '../../contract/failure.ts'
import type { GenerationRecord } from '../../contract/record.ts'
import { deleteAfterMs, type Retention } from '../../contract/retention.ts'
import type { HandoffRow, Statement, StatementContext } from '../../db/index.ts'
import { recordPendingCredentials } from '../../evidence/index.ts'
import { completeByHand, endAttempt, type NewGeneration, recordImages, recordInputs, recordIntent } from '../../generations/index.ts'
import { recordPendingDrift, recordPendingVerdicts } from '../../guard/index.ts'
import { closeHandoff, type HandoffWords } from '../../handoffs/index.ts'
import type { Evidence } from '../../images/index.ts'
import type { Upload } from '../../inputs/index.ts'
import type { ImageFacts } from '../../pixels/index.ts'
import { recordLabels } from '../../search/index.ts'
import { takeUpObjects } from '../../store/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { indexPrompt } from '../search/index-prompt.ts'
import type { BoxesAsCame } from './handoff-boxes.ts'
import type { HandoffSource } from './handoff-source.ts'
import { wishesOf } from './show-handoff.ts'

/** A picture that somebody made by hand, as it lies in the spool. */
export interface HandmadePicture {
  id: string
  upload: Upload
  facts: ImageFacts
  evidence: Evidence
  /** What the account showed as its model. */
  model: string
}

/** All that its record is made of. */
export interface Handmade {
  handoff: HandoffRow
  /** Null once their time is over. */
  words: HandoffWords | null
  picture: HandmadePicture
  source: HandoffSource | null
  /** What is judged, in pixels of the picture. */
  boxes: BoxesAsCame
  retention: Retention
  generationId: string
  /** Who uploads it. */
  keyId: string | null
  requestId: string
}

/** No price list, no reservation, no charge: what ChatGPT costs is not billed by calls. */
const NO_PRICES = 'none'

/**
 * What makes a record of it, in the transaction that uses its ticket up: generation, attempt, picture and source, as those of a call, without a line in the ledger.
 */
export function handmadeStatements(
  parts: Pick<GatewayParts, 'newId' | 'bootId' | 'searchKey'>,
  context: StatementContext,
  made: Handmade,
  /** What keeps the texts that the picture is to show: once the generation is there, and before it is known what there is to judge. */
  guarded: readonly Statement[],
): Statement[] {
  const { handoff, picture, source, retention, generationId, words } = made
  const { id, facts, evidence, upload } = picture
  const { project_id: projectId } = handoff
  const attemptId = parts.newId('att')
  const attempt = { id: attemptId, n: 1, routeId: 'by-hand', owner: parts.bootId, clientRequestId: attemptId, modelSent: handoff.model }
  return [
    ...recordIntent(context, newGeneration(made), attempt),
    closeHandoff(context, { id: handoff.id, generationId }),
    ...guarded,
    ...(words === null ? [] : indexPrompt(parts, context, { generationId, projectId, prompt: words.prompt, keptFor: retention.prompts })),
    ...recordLabels(context, { generationId, projectId, labels: wishesOf(handoff).metadata }),
    ...(source === null ? [] : sourceStatements(parts, context, made, source)),
    ...recordImages(context, [
      {
        id,
        generationId,
        attemptId,
        projectId,
        idx: 0,
        sha256: upload.sha256,
        width: facts.width,
        height: facts.height,
        format: facts.format,
        bytes: upload.bytes,
        storage: 'stored',
        evidence: JSON.parse(JSON.stringify(evidence)),
        deleteAfterMs: deleteAfterMs(retention.results, context.nowMs),
        deletionPolicy: retention.results.policy,
      },
    ]),
    ...(facts.hasContentCredentials ? [recordPendingCredentials(context, { imageId: id })] : []),
    ...(source === null ? [] : [recordPendingDrift(context, { imageId: id })]),
    ...recordPendingVerdicts(context, [id]),
    endAttempt(context, { attemptId, owner: parts.bootId, ...attemptEnd(picture) }),
    completeByHand(context, { generationId, warnings: evidence.warnings }),
  ]
}

function attemptEnd({ model }: HandmadePicture) {
  return {
    state: 'ok',
    outcome: 'uploaded by hand',
    retryReason: null,
    httpStatus: null,
    upstreamRequestId: null,
    modelReported: model,
    firstByteMs: null,
    totalMs: null,
    costNanos: 0n,
  } as const
}

/** The source counts as what an edit brought along, so that the guard compares with it. */
function sourceStatements(
  { newId }: Pick<GatewayParts, 'newId'>,
  context: StatementContext,
  { handoff, retention, generationId }: Handmade,
  { kind, id, sha256, width, height, format, bytes }: HandoffSource,
): Statement[] {
  const gone = () => failure(kind === 'image' ? 'image_deleted' : 'file_not_found', { param: 'source' })
  const input = {
    id: newId('inp'),
    generationId,
    projectId: handoff.project_id,
    role: 'image',
    idx: 0,
    source: kind,
    sourceRef: id,
  } as const
  const bytesOf = { sha256, sentSha256: sha256, conversion: null, width, height, format, bytes }
  return [
    ...takeUpObjects(context, [sha256], gone),
    ...recordInputs(context, [{ ...input, ...bytesOf, rights: wishesOf(handoff).rights }], retention.inputs),
  ]
}

function newGeneration({ handoff, source, boxes, picture, generationId, keyId, requestId }: Handmade): NewGeneration {
  const { tag, metadata } = wishesOf(handoff)
  return {
    id: generationId,
    projectId: handoff.project_id,
    keyId,
    operation: handoff.operation,
    surface: 'chatgpt',
    clientRequestId: requestId,
    modelAsked: handoff.model,
    routeId: 'by-hand',
    routeOwner: handoff.route_owner,
    routeContract: contractByHand(handoff),
    requestShape: shapeOf(handoff, source, boxes),
    warnings: picture.evidence.warnings,
    projectTag: tag,
    endUser: null,
    // Nobody waits: it takes as long as it takes.
    timeoutMs: handoff.expires_at_ms - handoff.created_at_ms,
    book: 'provider',
    priceCard: NO_PRICES,
    estimatedNanos: 0n,
    reservedNanos: 0n,
    previewsAsked: 0,
    imagesAsked: 1,
    metadata,
  }
}

/** What is known of this way to a picture: whose account, stated by whoever opened the ticket, and nothing about billing or terms. */
function contractByHand({ id, route_owner, key_id }: HandoffRow): Record<string, unknown> {
  return {
    version: 1,
    route_id: 'by-hand',
    owner: route_owner,
    kind: 'by-hand',
    protocol: null,
    base_url: null,
    price_card: NO_PRICES,
    billing: null,
    handoff_id: id,
    stated_by: key_id ?? 'admin',
  }
}

function shapeOf(
  handoff: HandoffRow,
  source: HandoffSource | null,
  { protect, subject, texts }: BoxesAsCame,
): GenerationRecord['request_shape'] {
  const { size, format, rights, promptVersion } = wishesOf(handoff)
  return {
    prompt_sha256: handoff.prompt_sha256,
    prompt_version: promptVersion,
    input_image_count: source === null ? 0 : 1,
    input_images:
      source === null
        ? []
        : [
            {
              role: 'image',
              sha256: source.sha256,
              source: source.kind,
              source_ref: source.id,
              width: source.width,
              height: source.height,
              format: source.format,
              bytes: source.bytes,
              rights,
              sent_sha256: source.sha256,
              conversion: null,
            },
          ],
    mask_sha256: null,
    size: size ?? 'auto',
    quality: 'auto',
    output_format: format ?? 'png',
    output_compression: null,
    background: 'auto',
    moderation: 'auto',
    n: 1,
    partial_images: 0,
    stream: false,
    protect,
    subject,
    texts: texts.length,
  }
}
