import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOutbound, type Outbound } from '../../src/outbound/index.ts'
import { systemClock } from '../../src/primitives/clock.ts'
import { Secret } from '../../src/primitives/secret.ts'
import { type BatchLineVerdict, createOpenAiProvider, readBatchLine, redactorFor, type SentContent } from '../../src/providers/index.ts'
import { type BatchLine, PieceStream, readBatchLines } from '../../src/relay/index.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'

/** A line as it was read, with its pictures and what it proves. */
interface Read {
  line: BatchLine
  hashes: string[]
  verdict: BatchLineVerdict
}

describe('a batch on the wire, from lines written here to pictures in the spool', () => {
  let sandbox: Sandbox
  let outbound: Outbound
  let spoolFolder: string

  beforeEach(async () => {
    sandbox = await startSandbox({ latencyMs: 0, flat: true, holdBatches: true })
    outbound = createOutbound({ userAgent: 'darkroom/test', allow: [] })
    spoolFolder = await mkdtemp(join(tmpdir(), 'darkroom-batch-wire-'))
  })
  afterEach(async () => {
    await outbound.close()
    await sandbox.close()
    await rm(spoolFolder, { recursive: true })
  })

  const key = new Secret('sk-any')
  const basics = () => ({ baseUrl: `${sandbox.url}/v1`, key, clientRequestId: 'dk-bat_1', timeoutMs: 20_000 })
  const batches = () => createOpenAiProvider({ outbound, clock: systemClock }).batches!

  /** Makes a batch of these prompts, its lines named `line-0` and so on, and lets it end. */
  async function run(prompts: readonly string[], end: Parameters<Sandbox['batches']['advance']>[1] = { to: 'ended' }) {
    const body = { model: 'gpt-image-2', size: '1024x1024', quality: 'low' }
    const lines = prompts.map(
      (prompt, index) =>
        batches().writeBatchLine({ customId: `line-${index}`, operation: 'generate', body: { ...body, prompt }, inputs: [] })!,
    )
    const upload = await batches().uploadBatch({ ...basics(), fileName: 'bat_1.jsonl', content: joined(lines) })
    const metadata = { darkroom_batch: 'bat_1' }
    const made = await batches().createBatch({ ...basics(), inputFileId: upload.value!.id, operation: 'generate', metadata })
    await sandbox.batches.advance(made.value!.id, end)
    return (await batches().retrieveBatch({ ...basics(), batchId: made.value!.id })).value!
  }

  /** Reads a file of a batch as it comes. */
  async function read(fileId: string | null): Promise<{ lines: Read[]; outcome: string }> {
    const pieces = new PieceStream()
    const reading = batches()
      .readBatchFile({ ...basics(), fileId: fileId!, maxBytes: 1e9 }, pieces)
      .finally(() => pieces.end())
    const lines: Read[] = []
    for await (const line of readBatchLines(pieces, { imageKeys: ['b64_json'], spoolFolder, spoolName: 'bat_1' })) {
      const { statusCode, requestId, error, reply } = line
      const files = await Promise.all((reply?.images ?? []).map(({ path }) => readFile(path!)))
      const hashes = files.map((bytes) => createHash('sha256').update(bytes).digest('hex'))
      expect(hashes).toEqual(reply?.images.map(({ sha256 }) => sha256) ?? [])
      const said = { statusCode, requestId, error, document: reply?.documents[0] ?? null }
      lines.push({ line, hashes, verdict: readBatchLine(said, redactorFor(key)) })
    }
    expect(await readdir(spoolFolder)).toEqual([])
    return { lines, outcome: (await reading).class }
  }

  it('brings every answer with its pictures and what was counted, every refusal as one, and the same bytes as a call of its own', async () => {
    const { outputFileId, errorFileId } = await run(['a cat', 'a dog [[sandbox: escaped-base64]]', 'a fox [[sandbox: moderation]]'])
    const { lines, outcome } = await read(outputFileId)
    expect([outcome, lines.map(({ line }) => line.customId)]).toEqual(['ok', ['line-1', 'line-0']])
    for (const { line, verdict } of lines) {
      expect(verdict).toEqual({ kind: 'answered' })
      expect(line.reply).toMatchObject({ ended: 'whole', documents: [{ usage: { output_tokens: 196 } }], images: [{ index: 0 }] })
    }
    const answer = await fetch(`${sandbox.url}/v1/images/generations`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-any', 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-image-2', size: '1024x1024', quality: 'low', prompt: 'a cat' }),
    })
    const { data } = (await answer.json()) as { data: { b64_json: string }[] }
    const synchronous = createHash('sha256').update(Buffer.from(data[0]!.b64_json, 'base64')).digest('hex')
    expect(lines.find(({ line }) => line.customId === 'line-0')!.hashes).toEqual([synchronous])
    expect((await read(errorFileId)).lines).toMatchObject([
      { line: { customId: 'line-2' }, verdict: { kind: 'refused', outcome: { class: 'rejected', error: { code: 'moderation_blocked' } } } },
    ])
  })

  it('tells lines that were never made from those that were', async () => {
    const { outputFileId, errorFileId } = await run(['a', 'b', 'c'], { to: 'expired', lines: 1 })
    expect((await read(outputFileId)).lines).toMatchObject([{ line: { customId: 'line-0' }, verdict: { kind: 'answered' } }])
    expect((await read(errorFileId)).lines.map(({ verdict }) => verdict)).toEqual(Array(2).fill({ kind: 'not_run', why: 'expired' }))
  })

  it('shows what upstream got wrong: a line twice, one lost, one of a stranger, one that nobody can read', async () => {
    const faults = ['line=twice', 'line=lost', 'line=stranger', 'broken-json', 'broken-base64']
    const { outputFileId } = await run(faults.map((words) => `a cat [[sandbox: ${words}]]`))
    const { lines } = await read(outputFileId)
    expect(lines.map(({ line: { customId, isRepeated, reply } }) => [customId, isRepeated, reply!.cause])).toEqual([
      ['line-4', false, 'bad_base64'],
      ['line-3', false, 'not_json'],
      [expect.stringMatching(/^req_/), false, null],
      ['line-0', false, null],
      ['line-0', true, null],
    ])
  })

  it('gives what came of a file that broke off, and all of it when it is read again', async () => {
    const { outputFileId } = await run(['a', 'b'])
    sandbox.faults.arm({ match: { call: 'files.content' }, fault: 'cut=frame:1' })
    const cut = await read(outputFileId)
    expect([cut.outcome, cut.lines.map(({ line }) => line.reply!.ended)]).toEqual(['partial', ['whole']])
    sandbox.faults.arm({ match: { call: 'files.content' }, fault: 'reset=300' })
    expect((await read(outputFileId)).lines).toMatchObject([{ line: { customId: 'line-1', statusCode: 200, reply: { ended: 'cut' } } }])
    expect((await read(outputFileId)).lines.map(({ line }) => line.customId)).toEqual(['line-1', 'line-0'])
    sandbox.faults.arm({ match: { call: 'files.content' }, fault: 'status=500' })
    expect(await read(outputFileId)).toEqual({ lines: [], outcome: 'server_refused' })
  })
})

function joined(contents: readonly SentContent[]): SentContent {
  return {
    byteLength: contents.reduce((sum, { byteLength }) => sum + byteLength, 0),
    async *open() {
      for (const content of contents) yield* content.open()
    },
  }
}
