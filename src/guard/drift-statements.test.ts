import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { driftReplySchema, driftSummarySchema } from '../contract/record.ts'
import { statementContext } from '../db/index.ts'
import { engines, type TestDatabase } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import {
  type Drift,
  findDrift,
  type NotComparable,
  pendingDrifts,
  presentDrift,
  recordDrift,
  recordDriftFailure,
  recordPendingDrift,
  summariseDrift,
} from './index.ts'

const heatMapSha256 = 'e'.repeat(64)
const measurement: Drift = {
  comparable: true,
  reason: null,
  workingSize: { width: 1024, height: 1024 },
  alignment: { shiftX: -1.5, shiftY: 0, scale: 1.002, confidence: 0.9 },
  outside: {
    pixels: 900_000,
    changedFraction: 0.031,
    changedFractionRaw: 0.4,
    ssim: 0.97,
    colourShift: { l: 0.5, a: -1, b: 2, deltaEMean: 2.4, deltaEP95: 6.1 },
    largestRegion: { x: 10, y: 20, width: 30, height: 40 },
  },
  inside: { changedFraction: 0.8 },
  boxes: [{ box: { x: 1, y: 2, width: 3, height: 4 }, changedFraction: 0.25, ssim: 0.5, deltaE: 9.5 }, null],
  heatMap: { sha256: heatMapSha256, bytes: 12_345, width: 1024, height: 1024 },
}
const notComparable: NotComparable = { comparable: false, reason: 'The source is 3x2 and the result 2x2.' }
const surroundings = {
  imageId: 'img',
  comparedWith: { sha256: 'c'.repeat(64), input_id: 'inp' },
  heatMapUrl: '/v2/images/img/drift/heat-map',
}

describe.each(engines)('drift reports on $name', (engine) => {
  let test: TestDatabase
  const context = () => statementContext(test.db, test.clock, test.newId)
  const found = () => findDrift(test.db, 'img')
  const presented = async () => driftReplySchema.parse(presentDrift(await found(), surroundings))

  beforeAll(async () => {
    test = await engine.open()
  })
  beforeEach(async () => {
    await test.clear()
    const { sql } = test.db
    await test.db.transact([
      { query: sql.insertInto('projects').values(testRows.project()) },
      { query: sql.insertInto('generations').values(testRows.generation({ operation: 'edit' })) },
      { query: sql.insertInto('attempts').values(testRows.attempt()) },
      { query: sql.insertInto('images').values(['img', 'second', 'third'].map((id, idx) => testRows.image({ id, idx }))) },
    ])
  })
  afterAll(() => test[Symbol.asyncDispose]())

  it('are pending from the moment a picture is recorded', async () => {
    await test.db.transact([recordPendingDrift(context(), { imageId: 'img' })])
    expect(await presented()).toEqual({
      image_id: 'img',
      status: 'pending',
      compared_with: surroundings.comparedWith,
      alignment: null,
      outside: null,
      inside: null,
      boxes: [],
      heat_map_url: null,
      measured_at: null,
      error: null,
    })
  })

  it('keep what was measured and show it in the words of the contract', async () => {
    await test.db.transact([recordPendingDrift(context(), { imageId: 'img' })])
    test.clock.advance(1500)
    await test.db.transact([recordDrift(context(), { imageId: 'img', measurement, heatMapSha256 })])
    expect(await presented()).toEqual({
      image_id: 'img',
      status: 'measured',
      compared_with: surroundings.comparedWith,
      alignment: { shift_x: -1.5, shift_y: 0, scale: 1.002, confidence: 0.9 },
      outside: {
        changed_fraction: 0.031,
        changed_fraction_raw: 0.4,
        ssim: 0.97,
        colour_shift: { l: 0.5, a: -1, b: 2, delta_e_mean: 2.4, delta_e_p95: 6.1 },
        max_region: { x: 10, y: 20, width: 30, height: 40 },
      },
      inside: { changed_fraction: 0.8 },
      boxes: [{ box: { x: 1, y: 2, width: 3, height: 4 }, changed_fraction: 0.25, ssim: 0.5, delta_e: 9.5 }, null],
      heat_map_url: surroundings.heatMapUrl,
      measured_at: '2026-11-20T12:00:01.500Z',
      error: null,
    })
    expect(driftSummarySchema.parse(summariseDrift(await found()))).toEqual({ status: 'measured', changed_fraction: 0.031, ssim: 0.97 })
  })

  it('say why pictures could not be compared', async () => {
    await test.db.transact([recordPendingDrift(context(), { imageId: 'img' })])
    await test.db.transact([recordDrift(context(), { imageId: 'img', measurement: notComparable, heatMapSha256: null })])
    expect(await presented()).toMatchObject({ status: 'not_comparable', outside: null, heat_map_url: null, error: notComparable.reason })
  })

  it('say why a measurement failed', async () => {
    await test.db.transact([recordPendingDrift(context(), { imageId: 'img' })])
    await test.db.transact([recordDriftFailure(context(), { imageId: 'img', error: 'measure drift: timed out' })])
    expect(await presented()).toMatchObject({ status: 'failed', boxes: [], measured_at: null, error: 'measure drift: timed out' })
    expect(summariseDrift(await found())).toEqual({ status: 'failed', changed_fraction: null, ssim: null })
  })

  it('stay as they are once finished, and as they are noted when noted again', async () => {
    const pending = () => recordPendingDrift(context(), { imageId: 'img' })
    await test.db.transact([pending(), pending(), recordDrift(context(), { imageId: 'img', measurement, heatMapSha256 })])
    const finished = await found()
    test.clock.advance(1000)
    const late = await test.db.transact([pending(), recordDriftFailure(context(), { imageId: 'img', error: 'too late' })])
    expect(late[1]!.changes).toBe(0)
    expect(await found()).toEqual(finished)
  })

  it('that are pending are found in the order they have waited', async () => {
    for (const imageId of ['third', 'img', 'second']) {
      await test.db.transact([recordPendingDrift(context(), { imageId })])
      test.clock.advance(10)
    }
    expect(await pendingDrifts(test.db, 10)).toEqual(['third', 'img', 'second'])
    await test.db.transact([recordDriftFailure(context(), { imageId: 'third', error: 'gone' })])
    expect(await pendingDrifts(test.db, 1)).toEqual(['img'])
  })

  it('of pictures that are no edits are not applicable', async () => {
    expect(await presented()).toMatchObject({ image_id: 'img', status: 'not_applicable', compared_with: null, heat_map_url: null })
  })
})
