import { toFile } from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { line, makeBatch, runBatch } from './batch-test-kit.ts'
import { clientOf } from './edit-test-kit.ts'
import { post, quickSandbox } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterEach(() => sandbox.faults.clear())
afterAll(() => sandbox.close())

const upload = async () => clientOf(sandbox).files.create({ file: await toFile(Buffer.from(line('a')), 'lines.jsonl'), purpose: 'batch' })
const create = (input_file_id: string) =>
  clientOf(sandbox).batches.create({ input_file_id, endpoint: '/v1/images/generations', completion_window: '24h' })
const arm = (call: string, fault: string) => sandbox.faults.arm({ match: { call }, fault })
const charged = () => sandbox.invoice.totals().calls

describe('a call of the batch and files API that goes wrong', () => {
  test.each([
    ['status=429', 429],
    ['status=500', 500],
    ['html', 502],
  ])('with %s is not taken', async (fault, status) => {
    const files = (await clientOf(sandbox).files.list()).data.length
    arm('files.create', fault)
    await expect(upload()).rejects.toMatchObject({ status })
    expect((await clientOf(sandbox).files.list()).data).toHaveLength(files)
    const { id } = await upload()
    const batches = sandbox.batches.list().length
    arm('batches.create', fault)
    await expect(create(id)).rejects.toMatchObject({ status })
    expect(sandbox.batches.list()).toHaveLength(batches)
  })

  test.each(['reset-before-headers', 'cut=10', 'status=502, charged'])('with %s is lost after it was taken', async (fault) => {
    const { id } = await upload()
    const batches = sandbox.batches.list().length
    arm('batches.create', fault)
    await expect(create(id)).rejects.toThrow()
    expect(sandbox.batches.list()).toHaveLength(batches + 1)
  })

  test('meets no call that has a prompt, nor does a fault for those meet it', async () => {
    arm('batches.list', 'status=503')
    expect((await post(sandbox)).status).toBe(200)
    await expect(clientOf(sandbox).batches.list()).rejects.toMatchObject({ status: 503 })
    sandbox.faults.arm({ fault: 'status=503' })
    expect((await clientOf(sandbox).batches.list()).data).toBeInstanceOf(Array)
    expect((await post(sandbox)).status).toBe(503)
  })

  test.each(['batches', 'files.upload'])('is not armed for a call named %s, which nobody knows', (call) => {
    expect(() => arm(call, 'html')).toThrow(RangeError)
  })

  test('content breaks off at a byte, or after a line', async () => {
    const { batch } = await runBatch(sandbox, [line('a'), line('b')])
    const read = async () => {
      const pieces: Uint8Array[] = []
      const { body } = await clientOf(sandbox).files.content(batch.output_file_id!)
      try {
        for await (const piece of body as unknown as AsyncIterable<Uint8Array>) pieces.push(piece)
        return { whole: true, bytes: Buffer.concat(pieces) }
      } catch {
        return { whole: false, bytes: Buffer.concat(pieces) }
      }
    }
    const whole = await read()
    expect(whole.whole).toBe(true)
    arm('files.content', 'cut=100')
    expect(await read()).toEqual({ whole: false, bytes: whole.bytes.subarray(0, 100) })
    arm('files.content', 'reset=frame:1')
    const cut = await read()
    expect([cut.whole, cut.bytes.toString().split('\n').length]).toEqual([false, 2])
  })

  test('the list lags', async () => {
    const { id } = await makeBatch(sandbox, [line('a')])
    const ids = async () => (await clientOf(sandbox).batches.list()).data.map((batch) => batch.id)
    const all = await ids()
    arm('batches.list', 'lag=1')
    expect(await ids()).toEqual(all.slice(1))
    expect(await ids()).toContain(id)
  })

  test('the batch fails when it is checked, and costs nothing', async () => {
    const before = charged()
    arm('batches.create', 'failbatch')
    const { batch } = await runBatch(sandbox, [line('a')])
    expect(batch).toMatchObject({ status: 'failed', errors: { data: [{ code: 'token_limit_exceeded', line: null }] } })
    expect(charged()).toBe(before)
  })

  test('the batch expires after some lines', async () => {
    arm('batches.create', 'expire-after=1')
    const { id } = await makeBatch(sandbox, [line('a'), line('b')])
    await expect.poll(async () => (await clientOf(sandbox).batches.retrieve(id)).status).toBe('expired')
    expect(await clientOf(sandbox).batches.retrieve(id)).toMatchObject({ request_counts: { completed: 1, failed: 1 } })
  })
})

describe('a line that goes wrong', () => {
  const madeWith = (faults: string) => runBatch(sandbox, [line('a', { prompt: `a cat [[sandbox: ${faults}]]` }), line('b')])

  test.each<[string, object, number]>([
    ['moderation', { response: { status_code: 400, body: { error: { code: 'moderation_blocked' } } }, error: null }, 1],
    ['status=500', { response: { status_code: 500, body: { error: { type: 'server_error' } } } }, 1],
    ['status=429', { response: { status_code: 429, body: { error: { code: 'rate_limit_exceeded' } } } }, 1],
    ['silence', { response: null, error: { code: 'request_timeout' } }, 1],
    ['reset-before-headers', { response: null, error: { code: 'server_error' } }, 1],
    ['html', { response: { status_code: 502, body: expect.stringContaining('<html>') } }, 1],
    ['redirect', { response: { status_code: 302 } }, 1],
    ['status=500, charged', { response: { status_code: 500 } }, 2],
  ])('with %s is an error line, the other is made', async (faults, expected, calls) => {
    const before = charged()
    const { errors, output } = await madeWith(faults)
    expect(errors).toMatchObject([{ custom_id: 'a', ...expected }])
    expect(output).toMatchObject([{ custom_id: 'b' }])
    expect(charged() - before).toBe(calls)
  })

  test.each([
    ['line=twice', ['b', 'a', 'a']],
    ['line=lost', ['b']],
    ['line=stranger', ['b', expect.stringMatching(/^req_/)]],
  ])('with %s is made and billed once, whatever the file says', async (faults, ids) => {
    const before = charged()
    const { output } = await madeWith(faults)
    expect(output.map(({ custom_id }) => custom_id)).toEqual(ids)
    expect(charged() - before).toBe(2)
  })

  test('with another size, no usage or spelled base64 is spoiled as the answer of its endpoint would be', async () => {
    const { output } = await madeWith('size=1024x640, usage=missing, escaped-base64')
    expect(output.find(({ custom_id }) => custom_id === 'a')!.response!.body).toMatchObject({ size: '1024x640' })
    expect(output.find(({ custom_id }) => custom_id === 'a')!.response!.body['usage']).toBeUndefined()
  })

  test('meets a fault that lies in wait for its prompt', async () => {
    sandbox.faults.arm({ match: { prompt: 'a dog' }, fault: 'moderation' })
    const { errors } = await runBatch(sandbox, [line('a', { prompt: 'a dog' }), line('b')])
    expect(errors).toMatchObject([{ custom_id: 'a' }])
  })
})
