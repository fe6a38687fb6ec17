import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generationRecordSchema } from '../contract/record.ts'
import type { CallAttachmentRow } from '../db/index.ts'
import { engines } from '../db/test-engines.ts'
import { testRows } from '../db/test-rows.ts'
import { endAttempt, findGeneration, findGenerations, generationRecord, recordImages } from './index.ts'
import { attemptEnd, newImage, TestGenerations, usage } from './test-generations.ts'

describe.each(engines)('the record of a generation on $name', (engine) => {
  let test: TestGenerations

  beforeAll(async () => {
    test = await TestGenerations.open(engine)
  })
  beforeEach(() => test.clear())
  afterAll(() => test[Symbol.asyncDispose]())

  const record = async () => generationRecordSchema.parse(generationRecord(await test.found()))

  it('is there from the first moment, before anything was sent', async () => {
    await test.begin()
    expect(await record()).toMatchObject({
      id: 'gen',
      created_at: '2026-11-20T12:00:00.000Z',
      completed_at: null,
      status: 'running',
      request_id: null,
      client_request_id: 'caller-1',
      project_tag: 'spring',
      route_owner: 'openai',
      route_contract: { base_url: 'https://api.openai.com/v1' },
      model_mapping: { requested: 'gpt-image-2', sent: 'gpt-image-2-2026-04-21', reported: null },
      request_shape: { quality: 'low', partial_images: 2 },
      usage: null,
      cost: { book: 'provider', estimated: '0.00592', reserved: '9007199.254740993', reserved_nanos: '9007199254740993', settled: '0' },
      attempts: [{ n: 1, outcome: null, cost: null }],
      previews: { asked: 2, received: 0 },
      warnings: [{ code: 'auto_size' }],
      error: null,
    })
  })

  it('is found among several as it is alone, with the last hundred requests that it answered besides', async () => {
    await test.begin()
    const { db } = test
    const others = ['gen_b', 'gen_c']
    await db.transact([
      ...others.map((id) => ({ query: db.sql.insertInto('generations').values(testRows.generation({ id })) })),
      ...others.map((id) => ({ query: db.sql.insertInto('attempts').values(testRows.attempt({ id: `att ${id}`, generation_id: id })) })),
      ...others.flatMap((id) =>
        Array.from({ length: 102 }, (_, n) => ({ query: db.sql.insertInto('call_attachments').values(attachment(id, n)) })),
      ),
    ])
    const found = await findGenerations(db, { ids: ['gen', ...others, 'nowhere'], projectId: 'prj' })
    expect([...found.keys()].sort()).toEqual(['gen', ...others])
    for (const [id, rows] of found) expect(rows).toEqual(await findGeneration(db, { id, projectId: 'prj' }))
    expect(found.get('gen_b')!.attempts.map(({ id }) => id)).toEqual(['att gen_b'])
    expect(found.get('gen_c')!.attachments.map(({ request_id }) => request_id)).toEqual(
      Array.from({ length: 100 }, (_, n) => `req ${n + 2}`),
    )
    expect(await findGenerations(db, { ids: others, projectId: 'other' })).toEqual(new Map())
  })

  const attachment = (generation_id: string, n: number): CallAttachmentRow => ({
    id: `atc ${generation_id} ${String(n).padStart(3, '0')}`,
    generation_id,
    project_id: 'prj',
    key_id: null,
    attached_by: 'cache',
    retry_count: null,
    request_id: `req ${n}`,
    at_ms: 1,
  })

  it('tells a whole call: pictures, usage, cost and attempts', async () => {
    await test.begin()
    test.clock.advance(41_251)
    await test.db.transact([
      endAttempt(test.context(), attemptEnd()),
      { query: test.db.sql.insertInto('objects').values(testRows.object()) },
      ...recordImages(test.context(), [
        newImage(),
        newImage({ id: 'lost', idx: 1, storage: 'not_stored', sha256: 'b'.repeat(64), width: null, height: null, format: null }),
      ]),
      test.complete(),
    ])
    expect(await record()).toMatchObject({
      completed_at: '2026-11-20T12:00:41.251Z',
      status: 'completed',
      request_id: 'req_up',
      model_mapping: { reported: 'gpt-image-2' },
      images: [
        {
          id: 'img',
          storage: 'stored',
          storage_pointer: {
            store: 'folder',
            path: `aa/aa/${'a'.repeat(64)}.png`,
            public_url: null,
            delete_after: null,
            deletion_policy: 'keep',
          },
          evidence: { size: 'honoured' },
          review: null,
          deleted_at: null,
        },
        { id: 'lost', storage: 'not_stored', storage_pointer: null, width: null, format: null },
      ],
      usage: { ...usage, main_model: null, web_search_calls: 0, source: 'upstream' },
      cost: { settled: '0.00592', settled_nanos: '5920000', held_unknown: '0' },
      attempts: [
        {
          outcome: 'ok',
          http_status: 200,
          request_id: 'req_up',
          first_byte_ms: 812,
          total_ms: 41_251,
          cost: { usd: '0.00592', nanos: '5920000' },
        },
      ],
      previews: { asked: 2, received: 2, cost: { usd: '0.0006', nanos: '600000' }, images: [] },
      retry_reason: null,
      next_action: 'none',
    })
  })

  it('says why a call failed and what to do', async () => {
    await test.begin()
    await test.db.transact([
      endAttempt(
        test.context(),
        attemptEnd({
          state: 'rejected',
          outcome: 'rejected',
          retryReason: 'policy',
          httpStatus: 400,
          costNanos: 0n,
          modelReported: null,
        }),
      ),
      test.fail(),
    ])
    expect(await record()).toMatchObject({
      status: 'failed',
      retry_reason: 'policy',
      next_action: 'stop',
      error: { code: 'upstream_outcome_unknown', request_id: 'req_1' },
      attempts: [{ retry_reason: 'policy', http_status: 400, cost: { nanos: '0' } }],
    })
  })

  it('keeps the remarks it began with until its end brings more', async () => {
    await test.begin()
    await test.db.transact([test.fail({ warnings: [{ code: 'usage_estimated', param: null, message: 'No usage came.' }] })])
    expect((await record()).warnings.map(({ code }) => code)).toEqual(['usage_estimated'])
  })

  it('shows no pointer to bytes that were deleted', async () => {
    await test.begin()
    await test.db.transact([
      { query: test.db.sql.insertInto('objects').values(testRows.object()) },
      ...recordImages(test.context(), [newImage()]),
    ])
    await test.db.transact([{ query: test.db.sql.updateTable('images').set({ deleted_at_ms: test.clock.nowMs() }) }])
    expect((await record()).images).toMatchObject([{ storage_pointer: null, deleted_at: '2026-11-20T12:00:00.000Z' }])
  })
})
