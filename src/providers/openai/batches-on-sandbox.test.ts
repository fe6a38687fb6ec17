import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOutbound, type Outbound } from '../../outbound/index.ts'
import { systemClock } from '../../primitives/clock.ts'
import { Secret } from '../../primitives/secret.ts'
import { type Sandbox, startSandbox } from '../../sandbox/index.ts'
import { type BatchCallBasics, type BatchLineRequest, mayHaveHappened } from '../batch-calls.ts'
import { createOpenAiProvider } from './openai-provider.ts'

describe('the batches of the openai protocol against the sandbox', () => {
  let sandbox: Sandbox
  let outbound: Outbound
  let folder: string
  let basics: BatchCallBasics

  beforeEach(async () => {
    sandbox = await startSandbox({ latencyMs: 0, flat: true, holdBatches: true })
    outbound = createOutbound({ userAgent: 'darkroom/test', allow: [sandbox.url] })
    folder = await mkdtemp(join(tmpdir(), 'darkroom-batches-'))
    basics = { baseUrl: `${sandbox.url}/v1`, key: new Secret('sk-any'), clientRequestId: 'dk-bat_1', timeoutMs: 20_000 }
  })

  afterEach(async () => {
    await outbound.close()
    await sandbox.close()
    await rm(folder, { recursive: true })
  })

  const batches = () => createOpenAiProvider({ outbound, clock: systemClock }).batches!
  const generation = (customId: string, prompt = 'a cat'): BatchLineRequest => ({
    customId,
    operation: 'generate',
    body: { model: 'gpt-image-2', prompt, size: '1024x1024', quality: 'low' },
    inputs: [],
  })
  const metadata = { darkroom_batch: 'bat_1' }

  /** Writes the lines to disk, as whoever collects them would, and sends them from there. */
  async function uploaded(lines: readonly BatchLineRequest[]) {
    const path = join(folder, 'lines.jsonl')
    const file = await open(path, 'w')
    for (const line of lines) for await (const piece of batches().writeBatchLine(line)!.open()) await file.write(piece)
    const { size: byteLength } = await file.stat()
    await file.close()
    const content = { byteLength, open: () => createReadStream(path) }
    return batches().uploadBatch({ ...basics, fileName: 'bat_1.jsonl', content })
  }

  async function linesOf(fileId: string | null) {
    const pieces: Buffer[] = []
    const sink = { begin() {}, data: (piece: Buffer) => pieces.push(piece) > 0, end() {} }
    const outcome = await batches().readBatchFile({ ...basics, fileId: fileId!, maxBytes: 100_000_000 }, sink)
    expect(outcome.class).toBe('ok')
    const lines = Buffer.concat(pieces).toString().trimEnd().split('\n')
    return lines.map((line) => (JSON.parse(line) as { custom_id: string }).custom_id).toSorted()
  }

  it('go from lines on disk to answers, and are deleted', async () => {
    const { value: file } = await uploaded([generation('a'), generation('b', 'x [[sandbox: moderation]]'), generation('c')])
    const { value: made } = await batches().createBatch({ ...basics, inputFileId: file!.id, operation: 'generate', metadata })
    expect(made).toMatchObject({ status: 'validating', metadata, total: 0, inputFileId: file!.id })
    await sandbox.batches.advance(made!.id, { to: 'in_progress' })
    const call = { ...basics, batchId: made!.id }
    expect((await batches().retrieveBatch(call)).value).toMatchObject({ status: 'in_progress', total: 3 })
    await sandbox.batches.advance(made!.id, { to: 'ended' })
    const { value: over } = await batches().retrieveBatch(call)
    expect(over).toMatchObject({ status: 'completed', completed: 2, failed: 1 })
    expect([await linesOf(over!.outputFileId), await linesOf(over!.errorFileId)]).toEqual([['a', 'c'], ['b']])
    const remove = () => batches().deleteFile({ ...basics, fileId: file!.id })
    expect(await remove()).toMatchObject({ value: { deleted: true } })
    expect(await remove()).toMatchObject({ outcome: { class: 'rejected', httpStatus: 404 } })
    expect(await batches().cancelBatch(call)).toMatchObject({ outcome: { class: 'rejected', httpStatus: 409 } })
  })

  it('whose creation was never answered are found by their metadata, once the list shows them', async () => {
    const { value: file } = await uploaded([generation('a')])
    sandbox.faults.arm({ match: { call: 'batches.create' }, fault: 'reset-before-headers' })
    const { outcome } = await batches().createBatch({ ...basics, inputFileId: file!.id, operation: 'generate', metadata })
    expect(mayHaveHappened(outcome)).toBe(true)
    sandbox.faults.arm({ match: { call: 'batches.list' }, fault: 'lag' })
    const question = { baseUrl: basics.baseUrl, key: basics.key, sinceMs: 0 }
    expect(await batches().listBatches(question)).toEqual({ batches: [], isComplete: true })
    expect(await batches().listBatches(question)).toMatchObject({ batches: [{ metadata, inputFileId: file!.id }] })
  })

  it('that upstream will not run say why', async () => {
    const { value: file } = await uploaded([generation('a'), generation('a')])
    const { value: made } = await batches().createBatch({ ...basics, inputFileId: file!.id, operation: 'generate', metadata })
    await sandbox.batches.advance(made!.id, { to: 'ended' })
    const { value } = await batches().retrieveBatch({ ...basics, batchId: made!.id })
    expect(value).toMatchObject({ status: 'failed', errors: [{ code: 'duplicate_custom_id', line: 2 }] })
  })
})
