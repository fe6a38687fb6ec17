import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { GenerationRecord } from '../../contract/record.ts'
import { deleteAfterMs } from '../../contract/retention.ts'
import { statementContext } from '../../db/index.ts'
import { type FoundImage, findGeneration, findImage, findInputs } from '../../generations/index.ts'
import {
  type Box,
  claimVerdict,
  type DeclaredText,
  type DriftMeasurement,
  drawSideBySide,
  findDrift,
  findGuardTexts,
  type GuardReport,
  judgePicture,
  lookAt,
  markedBoxes,
  openGuardTexts,
  pendingVerdicts,
  readTexts,
  recordVerdict,
  recordVerdictFailure,
  releaseVerdict,
  sealGuardWords,
  type TextFigures,
  type TextWords,
} from '../../guard/index.ts'
import { PixelTaskError } from '../../pixels/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { type ObjectHold, objectPath, recordObjects } from '../../store/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { localCopy } from '../local-copy.ts'
import { onceMore } from '../once-more.ts'
import { retentionFor } from '../retention/retention-for.ts'

const BATCH = 16
/** Everything that judging may take, deadlines of its tasks and a repetition included; behind that another process may take the picture. */
const CLAIM_MS = 10 * 60_000
/** What ended so many processes is not tried again: people look at it. */
const MOST_TRIES = 3

/** Judges everything that waits and that no other process is at. @param stop asked before each picture */
export async function judgePending(parts: GatewayParts, stop: () => boolean): Promise<void> {
  for (;;) {
    const waiting = await pendingVerdicts(parts.database, { nowMs: parts.clock.nowMs(), limit: BATCH })
    let judged = 0
    for (const { image_id: imageId, tries } of waiting) {
      if (stop()) return
      if (!(await claim(parts, imageId))) continue
      judged++
      await judgeOne(parts, imageId, tries)
    }
    // Of what was listed, others took all: they are at it.
    if (judged === 0) return
  }
}

async function claim(parts: GatewayParts, imageId: string): Promise<boolean> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const wish = { imageId, by: parts.bootId, untilMs: context.nowMs + CLAIM_MS }
  const [claimed] = await parts.database.transact([claimVerdict(context, wish)])
  return claimed!.changes === 1
}

/** A picture that cannot be judged is recorded as one for people: it must not be tried again with every start. */
async function judgeOne(parts: GatewayParts, imageId: string, tries: number): Promise<void> {
  const folder = await mkdtemp(join(parts.spoolFolder, 'guard-'))
  try {
    if (tries >= MOST_TRIES) throw new TooOften()
    const judged = await judge(parts, imageId, folder)
    fp('guard_before_record')
    await record(parts, judged)
    parts.metrics.guardJudged(judged.report.overall)
  } catch (error) {
    if (error instanceof PixelTaskError && error.code === 'pool_closed') return await leave(parts, imageId)
    parts.logger.error({ image_id: imageId, err: error }, 'a picture could not be judged')
    const reason = error instanceof PixelTaskError ? error.code : error instanceof TooOften ? 'tried_too_often' : 'picture_missing'
    const context = statementContext(parts.database, parts.clock, parts.newId)
    await parts.database.transact([recordVerdictFailure(context, { imageId, by: parts.bootId, error: reason })])
    parts.metrics.guardJudged('needs_human')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** This process ends: whoever looks next judges it. */
async function leave(parts: GatewayParts, imageId: string): Promise<void> {
  const context = statementContext(parts.database, parts.clock, parts.newId)
  await parts.database.transact([releaseVerdict(context, { imageId, by: parts.bootId })])
}

class TooOften extends Error {
  constructor() {
    super('judging it ended its process again and again')
  }
}

interface Judged {
  image: FoundImage
  report: GuardReport
  words: TextWords[]
  /** The drawing; null where it could not be made: the verdict stands without. */
  drawing: { path: string; sha256: string; bytes: number } | null
}

async function judge(parts: GatewayParts, imageId: string, folder: string): Promise<Judged> {
  const image = await findImage(parts.database, { id: imageId, projectId: null })
  if (!image || image.path === null) throw new Error('the picture is not there any more')
  const order = await orderOf(parts, image)
  const files = await filesOf(parts, image, order, folder)
  const drift = order.isEdit ? await measuredDrift(parts, imageId) : null
  const input = files.sourcePath === null ? null : { ...files, sourcePath: files.sourcePath }
  const look =
    input && (await orNull(parts, imageId, () => onceMore(folder, () => lookAt(parts.pixels, { ...input, subject: order.subject }))))
  const isComparable = look?.comparable !== false
  const texts = await textFigures(parts, imageId, { ...files, sourcePath: isComparable ? files.sourcePath : null }, order)
  const { report, words } = judgePicture({ isEdit: order.isEdit, hasMask: files.maskPath !== null, drift, look, texts })
  const path = join(folder, 'side-by-side')
  const boxes = markedBoxes(report, order.protect)
  const drawn = await orNull(parts, imageId, () => drawSideBySide(parts.pixels, { ...files, boxes, path }))
  return { image, report, words, drawing: drawn && { path, sha256: drawn.sha256, bytes: drawn.bytes } }
}

/** What was asked, as far as judging needs it. */
interface Order {
  isEdit: boolean
  source: string | null
  mask: string | null
  protect: readonly Box[]
  subject: Box | null
  texts: readonly DeclaredText[]
}

async function orderOf(parts: GatewayParts, { generation_id: id }: FoundImage): Promise<Order> {
  const [inputs, rows, sealed] = await Promise.all([
    findInputs(parts.database, { generationId: id, projectId: null }),
    findGeneration(parts.database, { id, projectId: null }),
    findGuardTexts(parts.database, id),
  ])
  if (!rows) throw new Error('its generation is not there')
  const shape: GenerationRecord['request_shape'] = JSON.parse(rows.generation.request_shape_json)
  const pathOf = (role: string) => inputs.find((input) => input.role === role && input.idx === 0)?.path ?? null
  const isEdit = rows.generation.operation === 'edit'
  if (isEdit && pathOf('image') === null) throw new Error('what was edited is not there any more')
  return {
    isEdit,
    source: isEdit ? pathOf('image') : null,
    mask: pathOf('mask'),
    protect: shape.protect,
    subject: shape.subject ?? null,
    texts: sealed === null ? [] : await openGuardTexts(parts.guardKey, id, sealed),
  }
}

async function filesOf(parts: GatewayParts, image: FoundImage, { source, mask }: Order, folder: string) {
  const local = (path: string | null, name: string) => (path === null ? null : localCopy(parts, path, folder, name))
  const [sourcePath, maskPath, resultPath] = await Promise.all([local(source, 'source'), local(mask, 'mask'), local(image.path, 'result')])
  return { sourcePath, maskPath, resultPath: resultPath! }
}

/** The measurement that went before; null where it failed. */
async function measuredDrift(parts: GatewayParts, imageId: string): Promise<DriftMeasurement | null> {
  const row = await findDrift(parts.database, imageId)
  if (row?.state === 'not_comparable') return { comparable: false, reason: row.error ?? '' }
  return row?.state === 'measured' && row.report_json !== null ? (JSON.parse(row.report_json) as DriftMeasurement) : null
}

/** A reader that crashed or took too long has read nothing: every text is for people then. */
async function textFigures(
  parts: GatewayParts,
  imageId: string,
  { sourcePath, resultPath }: { sourcePath: string | null; resultPath: string },
  { texts, protect }: Order,
): Promise<TextFigures[]> {
  if (texts.length === 0 && (protect.length === 0 || sourcePath === null)) return []
  const startedMs = parts.clock.monotonicMs()
  const figures = await orNull(parts, imageId, () => readTexts(parts.reader, { sourcePath, resultPath, texts, protect }))
  parts.metrics.textsRead((parts.clock.monotonicMs() - startedMs) / 1000)
  return (
    figures ??
    texts.map(({ text, lang, box }, index) => ({
      ...{ kind: 'declared' as const, index, text, lang, box, problem: 'reader_failed' as const },
      ...{ source: null, result: null, glyphs: null },
    }))
  )
}

async function orNull<Result>(parts: GatewayParts, imageId: string, work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PixelTaskError) || error.code === 'pool_closed') throw error
    parts.logger.warn({ image_id: imageId, err: error }, 'a part of judging a picture failed')
    return null
  }
}

async function record(parts: GatewayParts, { image, report, words, drawing }: Judged): Promise<void> {
  const { prompts } = await retentionFor(parts, image.project_id)
  const sealed = words.length === 0 ? null : await sealGuardWords(parts.guardKey, image.id, words)
  const verdictOf = (nowMs: number) => ({
    ...{ imageId: image.id, by: parts.bootId, overall: report.overall, reportJson: JSON.stringify(report) },
    words: sealed === null ? null : { sealed, deleteAfterMs: deleteAfterMs(prompts, nowMs) },
  })
  if (drawing === null) {
    const context = statementContext(parts.database, parts.clock, parts.newId)
    return void (await parts.database.transact([recordVerdict(context, { ...verdictOf(context.nowMs), sideBySideSha256: null })]))
  }
  const { sha256, bytes, path: spoolPath } = drawing
  const keep = async (hold: ObjectHold) => {
    const { store, path, existed } = await parts.store.put({ spoolPath, sha256, extension: 'png' })
    const context = statementContext(parts.database, parts.clock, parts.newId)
    try {
      await parts.database.transact([
        ...recordObjects(context, [{ sha256, store, path, bytes, mediaType: 'image/png' }], hold),
        stillThere(parts, image.id),
        {
          ...recordVerdict(context, { ...verdictOf(context.nowMs), sideBySideSha256: sha256 }),
          expect: { rows: 1, otherwise: () => new Error('another process judged the picture meanwhile') },
        },
      ])
    } catch (error) {
      if (!existed) await parts.store.remove(path).catch(() => undefined)
      throw error
    }
  }
  await parts.objectLocks.hold([sha256], keep, { putting: [objectPath(sha256, 'png')] })
}

/** A picture that was deleted while it was judged gets no drawing. */
function stillThere({ database: { sql } }: GatewayParts, imageId: string) {
  const query = sql.selectFrom('images').select('id').where('id', '=', imageId).where('deleted_at_ms', 'is', null)
  return { query, expect: { rows: 1, otherwise: () => new Error('the picture is not there any more') } }
}
