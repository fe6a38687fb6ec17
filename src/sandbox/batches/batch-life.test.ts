import OpenAI from 'openai'
import { afterEach, describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../primitives/clock.ts'
import { line, linesIn, makeBatch } from '../batch-test-kit.ts'
import type { SandboxOptions } from '../config.ts'
import { clientOf } from '../edit-test-kit.ts'
import { quickSandbox } from '../sandbox-test-kit.ts'
import type { Sandbox } from '../start-sandbox.ts'

const closing: Sandbox[] = []
afterEach(async () => {
  for (const sandbox of closing.splice(0)) await sandbox.close()
})

/** A sandbox whose batches stay where they are, with one of four lines. */
async function heldBatch(options: SandboxOptions = {}) {
  const sandbox = await quickSandbox({ holdBatches: true, ...options })
  closing.push(sandbox)
  const { id } = await makeBatch(
    sandbox,
    ['a', 'b', 'c', 'd'].map((customId) => line(customId)),
  )
  const look = () => clientOf(sandbox).batches.retrieve(id)
  const ids = async (fileId: string | null | undefined) => (await linesIn(sandbox, fileId)).map(({ custom_id }) => custom_id).toSorted()
  return { sandbox, id, look, ids, cancel: () => clientOf(sandbox).batches.cancel(id) }
}

describe('a batch that is held', () => {
  test('goes through every status when it is let, its lines counted as they are made', async () => {
    const { sandbox, id, look } = await heldBatch()
    expect(await look()).toMatchObject({ status: 'validating', in_progress_at: null, request_counts: { total: 0 } })
    await sandbox.batches.advance(id, { to: 'in_progress' })
    expect(await look()).toMatchObject({ status: 'in_progress', model: 'gpt-image-2', request_counts: { total: 4, completed: 0 } })
    await sandbox.batches.advance(id, { to: 'in_progress', lines: 3 })
    expect(await look()).toMatchObject({
      status: 'in_progress',
      output_file_id: null,
      request_counts: { total: 4, completed: 3, failed: 0 },
    })
    expect(sandbox.invoice.totals().calls).toBe(3)
    await sandbox.batches.advance(id, { to: 'finalizing' })
    expect(await look()).toMatchObject({ status: 'finalizing', output_file_id: null, request_counts: { completed: 4 } })
    await sandbox.batches.advance(id, { to: 'ended' })
    const over = await look()
    expect(over).toMatchObject({ status: 'completed', output_file_id: expect.any(String), errors: null, failed_at: null })
    expect([over.in_progress_at, over.finalizing_at, over.completed_at].every((at) => at! >= over.created_at)).toBe(true)
    expect(over.expires_at! - over.created_at).toBe(86_400)
  })

  test('is let go on by an admin call, which is answered when it has come as far as it may', async () => {
    const { sandbox, id } = await heldBatch()
    const advance = (batch: string, goal: object) =>
      fetch(`${sandbox.url}/_sandbox/batches/${batch}/advance`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(goal),
      })
    expect(await (await advance(id, { to: 'in_progress', lines: 1 })).json()).toMatchObject({ request_counts: { completed: 1 } })
    expect(await (await advance(id, { to: 'ended' })).json()).toMatchObject({ status: 'completed' })
    expect(await (await fetch(`${sandbox.url}/_sandbox/batches`)).json()).toMatchObject({ batches: [{ id, status: 'completed' }] })
    expect((await advance('batch_none', { to: 'ended' })).status).toBe(404)
    for (const goal of [{}, { to: 'done' }, { to: 'ended', lines: -1 }, { to: 'ended', line: 1 }])
      expect((await advance(id, goal)).status).toBe(400)
  })

  test.each([0, 2, 4])('that expires after %i lines returns those and bills them; the others come as errors', async (lines) => {
    const { sandbox, id, look, ids } = await heldBatch()
    await sandbox.batches.advance(id, { to: 'expired', lines })
    const batch = await look()
    expect(batch).toMatchObject({
      status: 'expired',
      completed_at: null,
      request_counts: { total: 4, completed: lines, failed: 4 - lines },
    })
    expect(await ids(batch.output_file_id)).toEqual(['a', 'b', 'c', 'd'].slice(0, lines))
    const errors = await linesIn(sandbox, batch.error_file_id)
    expect(errors).toHaveLength(4 - lines)
    for (const error of errors) expect(error).toMatchObject({ response: null, error: { code: 'batch_expired' } })
    expect(sandbox.invoice.totals().calls).toBe(lines)
  })

  test('expires at the end of its window, whatever holds it', async () => {
    let aheadMs = 0
    const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs }
    const { sandbox, id, look } = await heldBatch({ clock })
    await sandbox.batches.advance(id, { to: 'in_progress', lines: 1 })
    aheadMs = 86_400_000
    await look()
    await expect.poll(async () => (await look()).status).toBe('expired')
    expect(await look()).toMatchObject({ request_counts: { completed: 1, failed: 3 } })
  })

  test('that is cancelled is cancelling until it is let, then returns what was done', async () => {
    const { sandbox, id, look, ids, cancel } = await heldBatch()
    await sandbox.batches.advance(id, { to: 'in_progress', lines: 1 })
    expect(await cancel()).toMatchObject({ status: 'cancelling', cancelling_at: expect.any(Number), cancelled_at: null })
    expect(await look()).toMatchObject({ status: 'cancelling', output_file_id: null })
    await sandbox.batches.advance(id, { to: 'ended' })
    const batch = await look()
    expect(batch).toMatchObject({ status: 'cancelled', cancelled_at: expect.any(Number), request_counts: { completed: 1, failed: 3 } })
    expect(await ids(batch.output_file_id)).toEqual(['a'])
    expect(await linesIn(sandbox, batch.error_file_id)).toMatchObject(Array(3).fill({ response: null, error: { code: 'batch_cancelled' } }))
    expect(sandbox.invoice.totals().calls).toBe(1)
    expect(await cancel()).toMatchObject({ status: 'cancelled' })
  })

  test('that is cancelled before it was checked costs nothing', async () => {
    const { sandbox, id, look, cancel } = await heldBatch()
    await cancel()
    await sandbox.batches.advance(id, { to: 'ended' })
    expect(await look()).toMatchObject({ status: 'cancelled', in_progress_at: null, output_file_id: null })
    expect(sandbox.invoice.totals().calls).toBe(0)
  })

  test('does not keep a sandbox from closing, nor does one that runs', async () => {
    const { sandbox } = await heldBatch()
    await sandbox.close()
    const slow = await quickSandbox({ latencyMs: 3_600_000 })
    const { id } = await makeBatch(slow, [line('a')])
    await expect.poll(async () => (await clientOf(slow).batches.retrieve(id)).status).toBe('in_progress')
    await slow.close()
    expect(slow.invoice.totals().calls).toBe(0)
  })
})

test('a batch that is over cannot be cancelled, and one that is not there neither', async () => {
  const { sandbox, id, cancel } = await heldBatch()
  await sandbox.batches.advance(id, { to: 'ended' })
  await expect(cancel()).rejects.toBeInstanceOf(OpenAI.ConflictError)
  await expect(clientOf(sandbox).batches.cancel('batch_none')).rejects.toBeInstanceOf(OpenAI.NotFoundError)
  await expect(clientOf(sandbox).batches.retrieve('batch_none')).rejects.toBeInstanceOf(OpenAI.NotFoundError)
})

test('what batches write makes room by itself, the oldest first', async () => {
  const { sandbox, id, look } = await heldBatch({ maxBatchFilesBytes: 1 })
  await sandbox.batches.advance(id, { to: 'ended' })
  const first = (await look()).output_file_id!
  expect(await linesIn(sandbox, first)).toHaveLength(4)
  const second = await makeBatch(sandbox, [line('e')])
  await sandbox.batches.advance(second.id, { to: 'ended' })
  await expect(linesIn(sandbox, first)).rejects.toBeInstanceOf(OpenAI.NotFoundError)
})
