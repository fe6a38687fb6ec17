import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { line, linesIn, makeBatch, runBatch } from '../batch-test-kit.ts'
import { clientOf, dataUrl, postEdit, sourcePng } from '../edit-test-kit.ts'
import { post, quickSandbox } from '../sandbox-test-kit.ts'
import type { Sandbox } from '../start-sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

const chargedIn = (batchId: string) => sandbox.invoice.lines().filter((charged) => charged.batch_id === batchId)
const without = (body: object) => ({ ...body, created: null })

describe('a batch', () => {
  test('makes each line as the synchronous endpoint does and bills it at half the price, once', async () => {
    const asked = { prompt: 'a red fox', n: 2 }
    const synchronous = (await (await post(sandbox, asked)).json()) as object
    const full = sandbox.invoice.lines().at(-1)!
    const { batch, output } = await runBatch(sandbox, [line('one', asked)], { metadata: { attempt_id: 'att_1' } })
    expect(batch).toMatchObject({
      status: 'completed',
      model: 'gpt-image-2',
      metadata: { attempt_id: 'att_1' },
      request_counts: { total: 1, completed: 1, failed: 0 },
      error_file_id: null,
    })
    expect(output).toEqual([
      {
        id: expect.stringMatching(/^batch_req_/),
        custom_id: 'one',
        response: { status_code: 200, request_id: expect.stringMatching(/^req_/), body: expect.anything() },
        error: null,
      },
    ])
    expect(without(output[0]!.response!.body)).toEqual(without(synchronous))
    const { nanos, batch_id, custom_id, request_id, at, ...counts } = chargedIn(batch.id)[0]!
    expect({ ...counts, nanos: BigInt(nanos) * 2n }).toEqual({ ...full, nanos: BigInt(full.nanos), request_id: undefined, at: undefined })
    expect(chargedIn(batch.id)).toHaveLength(1)
    expect(batch.usage).toMatchObject({ input_tokens: counts.text_in, output_tokens: counts.image_out })
  })

  test('of the smallest generation of the fact sheet costs $0.00296', async () => {
    const { batch } = await runBatch(sandbox, [line('one')])
    expect(chargedIn(batch.id).map(({ nanos }) => nanos)).toEqual(['2960000'])
  })

  test('takes edits in their JSON form', async () => {
    const images = [{ image_url: dataUrl(sourcePng(64, 64)) }]
    const body = { model: 'gpt-image-2', prompt: 'a cat', quality: 'low', images }
    const synchronous = (await (await postEdit(sandbox, body)).json()) as object
    const edit = JSON.stringify({ custom_id: 'edit', method: 'POST', url: '/v1/images/edits', body })
    const { batch, output } = await runBatch(sandbox, [edit], { endpoint: '/v1/images/edits' })
    expect(without(output[0]!.response!.body)).toEqual(without(synchronous))
    expect(chargedIn(batch.id)).toMatchObject([{ operation: 'edit', custom_id: 'edit', image_in: expect.any(Number) }])
  })

  test('gives lines that its endpoint refuses as error lines with the refusal, free, and the others as output, in no order to rely on', async () => {
    const lines = [line('a'), line('b', { size: '9x9' }), line('c', { prompt: '[[sandbox: moderation]]' }), line('d')]
    const { batch, output, errors } = await runBatch(sandbox, lines)
    expect(output.map(({ custom_id }) => custom_id)).toEqual(['d', 'a'])
    expect(errors).toMatchObject([
      { custom_id: 'c', response: { status_code: 400, body: { error: { code: 'moderation_blocked' } } }, error: null },
      { custom_id: 'b', response: { status_code: 400, body: { error: { code: 'invalid_value', param: 'size' } } }, error: null },
    ])
    expect(batch.request_counts).toEqual({ total: 4, completed: 2, failed: 2 })
    expect(
      chargedIn(batch.id)
        .map(({ custom_id }) => custom_id)
        .toSorted(),
    ).toEqual(['a', 'd'])
  })

  test('leaves blank lines, carriage returns and a missing last line end out of account', async () => {
    const { output } = await runBatch(sandbox, ['', line('a'), '  \r', `${line('b')}\r`, ''])
    expect(output.map(({ custom_id }) => custom_id)).toEqual(['b', 'a'])
  })
})

describe('an input file', () => {
  const generation = { url: '/v1/images/generations' }
  test.each<[string, string[], object]>([
    ['no JSON', [line('a'), '{broken'], { code: 'invalid_json_line', line: 2, param: null }],
    ['no object', [line('a'), '[]'], { code: 'invalid_json_line', line: 2 }],
    ['no custom_id', [line(undefined)], { code: 'missing_required_parameter', line: 1, param: 'custom_id' }],
    ['a custom_id that is a number', [line(7)], { code: 'invalid_request', line: 1, param: 'custom_id' }],
    ['a custom_id that another line has', [line('a'), '', line('a')], { code: 'duplicate_custom_id', line: 3, param: 'custom_id' }],
    ['no method', [line('a', {}, { method: undefined })], { code: 'missing_required_parameter', param: 'method' }],
    ['another method', [line('a', {}, { method: 'GET' })], { code: 'invalid_request', param: 'method' }],
    ['another endpoint', [line('a', {}, { url: '/v1/images/edits' })], { code: 'invalid_url', param: 'url' }],
    ['no body', [line('a', {}, { body: undefined, ...generation })], { code: 'missing_required_parameter', param: 'body' }],
    ['a body that is no object', [line('a', {}, { body: 'x' })], { code: 'invalid_request', param: 'body' }],
    ['no prompt', [line('a', { prompt: undefined })], { code: 'missing_required_parameter', param: 'body.prompt' }],
    ['no model', [line('a', { model: undefined })], { code: 'missing_required_parameter', param: 'body.model' }],
    ['a model that nobody serves', [line('a', { model: 'foo' })], { code: 'model_not_found', param: 'body.model' }],
    ['two models', [line('a'), line('b', { model: 'gpt-image-1-mini' })], { code: 'mismatched_model', line: 2, param: 'body.model' }],
    ['a stream', [line('a', { stream: true })], { code: 'streaming_unsupported', param: 'body.stream' }],
  ])('with %s fails the whole batch, which is free', async (_what, lines, error) => {
    const { batch, output, errors } = await runBatch(sandbox, lines)
    expect(batch).toMatchObject({ status: 'failed', errors: { object: 'list', data: [error] }, output_file_id: null, error_file_id: null })
    expect([output, errors, chargedIn(batch.id)]).toEqual([[], [], []])
  })

  test('shows every line that is wrong', async () => {
    const { batch } = await runBatch(sandbox, [line('a', { prompt: undefined }), line('b'), line('c', { model: 'foo' })])
    expect(batch.errors?.data.map(({ line: number }) => number)).toEqual([1, 3])
  })

  test('that is not there, or of another purpose, fails the batch after it was taken', async () => {
    const picture = await clientOf(sandbox).files.create({ file: await toFile(Buffer.from('x'), 'lines.jsonl'), purpose: 'vision' })
    for (const input_file_id of ['file-none', picture.id]) {
      const taken = await makeBatch(sandbox, [line('a')], { input_file_id })
      expect(taken.status).toBe('validating')
      const batch = await sandbox.batches.advance(taken.id, { to: 'ended' })
      expect(batch).toMatchObject({ status: 'failed', errors: { data: [{ code: 'invalid_request', param: 'file_id', line: null }] } })
    }
  })

  test('beyond the limits fails the batch', async () => {
    await using small = await quickSandbox({ batchLimits: { requests: 2, bytes: 1_000 } })
    const tooMany = await runBatch(small, [line('a'), line('b'), line('c')])
    expect(tooMany.batch.errors?.data).toMatchObject([{ message: expect.stringContaining('more than 2 requests'), line: null }])
    const tooLarge = await runBatch(small, [line('a', { prompt: 'x'.repeat(1_000) })])
    expect(tooLarge.batch.errors?.data).toMatchObject([{ message: expect.stringContaining('larger than the 1000 maximum'), line: null }])
  })

  test.each([
    ['without a line', 'lines.jsonl', '\n'],
    ['whose first line is no JSON', 'lines.jsonl', '{broken'],
    ['of another name', 'lines.txt', line('a')],
  ])('%s is refused when it is uploaded', async (_what, name, text) => {
    const upload = clientOf(sandbox).files.create({ file: await toFile(Buffer.from(text), name), purpose: 'batch' })
    await expect(upload).rejects.toMatchObject({ status: 400, message: expect.stringContaining('Must be .jsonl') })
  })

  test('lives thirty days unless the upload says otherwise, and can be read back and deleted', async () => {
    const client = clientOf(sandbox)
    const file = await client.files.create({ file: await toFile(Buffer.from(line('a')), 'lines.jsonl'), purpose: 'batch' })
    expect(file.expires_at! - file.created_at).toBe(2_592_000)
    expect(await (await client.files.content(file.id)).text()).toBe(line('a'))
    await client.files.delete(file.id)
    await expect(client.files.content(file.id)).rejects.toBeInstanceOf(OpenAI.NotFoundError)
  })
})

describe('an order for a batch', () => {
  const order = { input_file_id: 'file-x', endpoint: '/v1/images/generations', completion_window: '24h' }
  const pairs = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, 'value']))
  test.each<[string, Record<string, unknown>, number, object]>([
    ['no file', { input_file_id: undefined }, 400, { code: 'missing_required_parameter', param: 'input_file_id' }],
    ['a number for a file', { input_file_id: 7 }, 400, { code: 'invalid_type', param: 'input_file_id' }],
    ['no endpoint', { endpoint: undefined }, 400, { code: 'missing_required_parameter', param: 'endpoint' }],
    ['an endpoint that upstream has not', { endpoint: '/v1/images' }, 400, { code: 'invalid_value', param: 'endpoint' }],
    ['an endpoint that is not emulated', { endpoint: '/v1/responses' }, 501, { code: 'sandbox_not_emulated' }],
    ['another window', { completion_window: '1h' }, 400, { code: 'invalid_value', param: 'completion_window' }],
    ['no window', { completion_window: undefined }, 400, { code: 'missing_required_parameter', param: 'completion_window' }],
    ['seventeen pairs', { metadata: pairs(17) }, 400, { code: 'object_above_max_properties', param: 'metadata' }],
    ['a list in its metadata', { metadata: { tags: ['a'] } }, 400, { code: 'invalid_type', param: 'metadata.tags' }],
    [
      'a long text in its metadata',
      { metadata: { key: 'x'.repeat(513) } },
      400,
      { code: 'string_above_max_length', param: 'metadata.key' },
    ],
    [
      'too short a life for its output',
      { output_expires_after: { anchor: 'created_at', seconds: 60 } },
      400,
      { param: 'output_expires_after.seconds' },
    ],
    ['a member that upstream does not know', { window: '24h' }, 400, { code: 'unknown_parameter', param: 'window' }],
  ])('with %s is refused', async (_what, change, status, error) => {
    const before = sandbox.batches.list().length
    const response = await fetch(`${sandbox.url}/v1/batches`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-any', 'content-type': 'application/json' },
      body: JSON.stringify({ ...order, ...change }),
    })
    expect([response.status, await response.json()]).toMatchObject([status, { error }])
    expect(sandbox.batches.list()).toHaveLength(before)
  })

  test('takes sixteen pairs of metadata and keeps its output as long as asked', async () => {
    const output_expires_after = { anchor: 'created_at', seconds: 3_600 } as const
    const { batch } = await runBatch(sandbox, [line('a')], { metadata: pairs(16), output_expires_after })
    expect(Object.keys(batch.metadata!)).toHaveLength(16)
    const file = await clientOf(sandbox).files.retrieve(batch.output_file_id!)
    expect(file).toMatchObject({ purpose: 'batch_output', expires_at: file.created_at + 3_600 })
    expect(await linesIn(sandbox, file.id)).toHaveLength(1)
  })
})
