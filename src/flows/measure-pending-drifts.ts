import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { GenerationRecord } from '../contract/record.ts'
import { type Statement, type StatementContext, statementContext } from '../db/index.ts'
import { type FoundImage, findGeneration, findImage, findInputs } from '../generations/index.ts'
import { type DriftMeasurement, measureDrift, pendingDrifts, recordDrift, recordDriftFailure } from '../guard/index.ts'
import { PixelTaskError } from '../pixels/index.ts'
import { fp } from '../primitives/fail-point.ts'
import { type ObjectHold, objectPath, recordObjects } from '../store/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { localCopy } from './local-copy.ts'
import { onceMore } from './once-more.ts'

const BATCH = 16

/** Measures everything that waits. @param stop asked before each picture */
export async function measurePendingDrifts(parts: GatewayParts, stop: () => boolean): Promise<void> {
  for (let waiting = await pendingDrifts(parts.database, BATCH); waiting.length > 0; waiting = await pendingDrifts(parts.database, BATCH)) {
    for (const imageId of waiting) {
      if (stop()) return
      await measureOne(parts, imageId)
    }
  }
}

/** A picture that cannot be measured is recorded as such: it must not be tried again with every start. */
async function measureOne(parts: GatewayParts, imageId: string): Promise<void> {
  const folder = await mkdtemp(join(parts.spoolFolder, 'drift-'))
  try {
    const { measurement, heatMapPath } = await onceMore(folder, (place) => measure(parts, imageId, place))
    await record(parts, imageId, measurement, heatMapPath)
  } catch (error) {
    parts.logger.error({ image_id: imageId, err: error }, 'the drift of an edit could not be measured')
    const reason = error instanceof PixelTaskError ? error.code : 'source_missing'
    const context = statementContext(parts.database, parts.clock, parts.newId)
    await parts.database.transact([recordDriftFailure(context, { imageId, error: reason })])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure(parts: GatewayParts, imageId: string, folder: string) {
  const image = await findImage(parts.database, { id: imageId, projectId: null })
  if (!image || image.path === null) throw new Error('the picture is not there any more')
  const { source, mask, boxes } = await comparedWith(parts, image)
  const local = (path: string, name: string) => localCopy(parts, path, folder, name)
  const heatMapPath = join(folder, 'heat-map')
  const measurement = await measureDrift(parts.pixels, {
    sourcePath: await local(source, 'source'),
    resultPath: await local(image.path, 'result'),
    maskPath: mask === null ? null : await local(mask, 'mask'),
    boxes,
    heatMapPath,
  })
  return { measurement, heatMapPath }
}

/** The first image of the edit, where it was open, and what the caller protects. */
async function comparedWith(parts: GatewayParts, { generation_id: id }: FoundImage) {
  const [inputs, rows] = await Promise.all([
    findInputs(parts.database, { generationId: id, projectId: null }),
    findGeneration(parts.database, { id, projectId: null }),
  ])
  const pathOf = (role: string) => inputs.find((input) => input.role === role && input.idx === 0)?.path ?? null
  const source = pathOf('image')
  if (source === null || !rows) throw new Error('what was edited is not there any more')
  const shape: GenerationRecord['request_shape'] = JSON.parse(rows.generation.request_shape_json)
  return { source, mask: pathOf('mask'), boxes: shape.protect }
}

async function record(parts: GatewayParts, imageId: string, measurement: DriftMeasurement, heatMapPath: string): Promise<void> {
  fp('drift_before_record')
  const heatMap = measurement.comparable ? measurement.heatMap : null
  if (heatMap === null) {
    const context = statementContext(parts.database, parts.clock, parts.newId)
    return void (await parts.database.transact([recordDrift(context, { imageId, measurement, heatMapSha256: null })]))
  }
  const { sha256, bytes } = heatMap
  const keep = async (hold: ObjectHold) => {
    const { store, path, existed } = await parts.store.put({ spoolPath: heatMapPath, sha256, extension: 'png' })
    const context = statementContext(parts.database, parts.clock, parts.newId)
    try {
      await parts.database.transact([
        ...recordObjects(context, [{ sha256, store, path, bytes, mediaType: 'image/png' }], hold),
        isThere(context, imageId),
        recordDrift(context, { imageId, measurement, heatMapSha256: sha256 }),
      ])
    } catch (error) {
      if (!existed) await parts.store.remove(path).catch(() => undefined)
      throw error
    }
  }
  await parts.objectLocks.hold([sha256], keep, { putting: [objectPath(sha256, 'png')] })
}

/** A picture that was deleted while it was measured gets no heat map. */
function isThere({ sql }: StatementContext, imageId: string): Statement {
  const query = sql.selectFrom('images').select('id').where('id', '=', imageId).where('deleted_at_ms', 'is', null)
  return { query, expect: { rows: 1, otherwise: () => new Error('the picture is not there any more') } }
}
