import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorBodySchema } from '../../src/contract/record.ts'
import { createLogger } from '../../src/telemetry/index.ts'
import { ledgerLines, postGeneration, readRecord, seeReply, smallCall } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

/** Gets refused calls only: at the end there must be no trace of any of them. */
let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

/** Sends a body as it is and checks that its refusal is an error as OpenAI's clients read it, and free. */
async function refusalOf(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const response = await gateway.fetch('/v1/images/generations', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })
  const text = await response.text()
  const { error } = errorBodySchema.parse(JSON.parse(text))
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(response.headers.get('x-request-id')).toBe(error.request_id)
  expect(error).toMatchObject({ outcome: 'not_charged', generation_id: null })
  expect(error.message).not.toBe('')
  return { status: response.status, code: error.code, param: error.param, type: error.type }
}

/** The small call with other members; what JSON.stringify cannot say goes in as text. */
const bodyWith = (change: object) => JSON.stringify({ ...smallCall, ...change })
/** Members as a title shows them: what is absent is said, what is long is cut. */
function titleOf(change: object | string): string {
  if (typeof change === 'string') return change
  const text = JSON.stringify(change, (_key, value) => (value === undefined ? 'absent' : value))
  return text.length > 90 ? `${text.slice(0, 90)}…` : text
}

const bodyWithText = (members: string) => `${JSON.stringify(smallCall).slice(0, -1)},${members}}`

describe('a body that is no request', () => {
  it.each([
    ['B01 an empty body', '', 400, 'invalid_json'],
    ['B01 half a JSON document', '{"model": "gpt-image-2", ', 400, 'invalid_json'],
    ['JSON with a comma too many', '{"model": "gpt-image-2",}', 400, 'invalid_json'],
    ['two documents', `${bodyWith({})}${bodyWith({})}`, 400, 'invalid_json'],
    ['B03 an array', '[]', 400, 'invalid_body'],
    ['B03 a string', '"a fox"', 400, 'invalid_body'],
    ['B03 null', 'null', 400, 'invalid_body'],
    ['B13 200,000 open brackets', '['.repeat(200_000), 400, 'invalid_body'],
    ['B13 65 levels of nesting', bodyWithText(`"x":${'['.repeat(65)}${']'.repeat(65)}`), 400, 'invalid_body'],
    ['a key that stands twice', bodyWithText('"n":1,"n":10'), 400, 'duplicate_key'],
    ['a key that stands twice in two spellings', bodyWithText('"n":1,"\\u006e":10'), 400, 'duplicate_key'],
    ['a byte order mark', `\uFEFF${bodyWith({})}`, 400, 'invalid_json'],
    ['B09 a body of one byte too many', bodyWith({}).padEnd(1_048_577), 413, 'body_too_large'],
  ])('%s is refused', async (_what, body, status, code) => {
    expect(await refusalOf(body)).toMatchObject({ status, code, type: 'invalid_request_error' })
  })

  it('B17 bytes that are no UTF-8 are refused', async () => {
    const body = Buffer.from(bodyWith({ prompt: 'a fox' }))
    body[body.indexOf('fox')] = 0xff
    expect(await refusalOf(Uint8Array.from(body))).toMatchObject({ status: 400, code: 'invalid_encoding' })
  })

  it.each([
    ['B04', 'application/json\ta'],
    ['B05', 'application/json garbage'],
    ['B05', 'application/json; charset=utf-8; x=1'],
    ['B05', 'application/jsonx'],
    ['B06', 'text/plain'],
    ['B06', 'application/x-www-form-urlencoded'],
    ['B06', 'multipart/form-data; boundary=x'],
    ['B07', 'application/json; charset=utf-16'],
    ['B07', 'application/json; charset=latin1'],
  ])('%s content type %j is refused', async (_id, contentType) => {
    expect(await refusalOf(bodyWith({}), { 'content-type': contentType })).toMatchObject({ status: 415, code: 'unsupported_media_type' })
  })
})

describe('a parameter that cannot be used', () => {
  const wrongType = 'invalid_type'
  const badValue = 'invalid_value'

  /** Its row in docs/bad-inputs.md, what is named, what is asked (members as JSON text where no object can say it), and the code. */
  const rows: readonly (readonly [id: string, param: string | null, change: object | string, code: string])[] = [
    ['B27', 'n', { n: -1 }, 'integer_below_min_value'],
    ['B27', 'n', { n: 0 }, 'integer_below_min_value'],
    ['B28', 'n', { n: 11 }, 'integer_above_max_value'],
    ['B29', 'n', { n: '2' }, wrongType],
    ['B30', 'n', { n: 1.5 }, wrongType],
    ['B29', 'n', { n: true }, wrongType],
    ['B31', 'n', '"n":1e400', wrongType],
    ['B33', 'n', '"n":-0', wrongType],
    ['B28', 'n', '"n":9007199254740993', 'integer_above_max_value'],
    ['B34', 'size', { size: '99999x99999' }, badValue],
    ['B35', 'size', { size: '1024x1023' }, badValue],
    ['B36', 'size', { size: '0x0' }, badValue],
    ['B36', 'size', { size: '-1024x1024' }, badValue],
    ['B37', 'size', { size: '3840x1024' }, badValue],
    ['B39', 'size', { size: '1024x1024 ' }, badValue],
    ['B39', 'size', { size: '١٠٢٤x١٠٢٤' }, badValue],
    ['B39', 'size', { size: '1024X1024' }, badValue],
    ['B39', 'size', { size: '1024x1024\n' }, badValue],
    ['B39', 'size', { size: 1024 }, wrongType],
    ['B41', 'quality', { quality: 'ultra' }, badValue],
    ['B41', 'quality', { quality: 'xhigh' }, badValue],
    ['B41', 'quality', { quality: ['low'] }, wrongType],
    ['B43', 'output_format', { output_format: 'svg' }, badValue],
    ['B43', 'output_format', { output_format: 'gif' }, badValue],
    ['B43', 'output_format', { output_format: 'html' }, badValue],
    ['', 'output_compression', { output_format: 'webp', output_compression: 101 }, 'integer_above_max_value'],
    ['', null, { output_compression: 50 }, 'invalid_png_output_compression'],
    ['', 'background', { background: 'transparent' }, badValue],
    ['B45', 'background', { model: 'gpt-image-2.5-flare', background: 'transparent', output_format: 'jpeg' }, badValue],
    ['B46', 'partial_images', { stream: true, partial_images: 4 }, 'integer_above_max_value'],
    ['B46', 'partial_images', { stream: true, partial_images: -1 }, 'integer_below_min_value'],
    ['B47', 'stream', { stream: 'true' }, wrongType],
    ['B47', 'stream', { stream: 1 }, wrongType],
    ['', 'moderation', { moderation: 'off' }, badValue],
    ['B48', 'model', { model: 'gpt-image-9' }, badValue],
    ['B48', 'model', { model: 'dall-e-3' }, badValue],
    ['B48', 'model', { model: '' }, badValue],
    ['', 'model', { model: undefined }, 'missing_required_parameter'],
    ['', 'model', { model: null }, wrongType],
    ['', 'prompt', { prompt: undefined }, 'missing_required_parameter'],
    ['', 'prompt', { prompt: null }, wrongType],
    ['B51', 'prompt', { prompt: '' }, 'empty_string'],
    ['B52', 'prompt', { prompt: 'x'.repeat(32_001) }, 'string_above_max_length'],
    ['B52', 'prompt', { prompt: '🦊'.repeat(32_001) }, 'string_above_max_length'],
    ['B18', 'prompt', { prompt: 'a \ud83e fox' }, 'invalid_prompt'],
    ['B18', 'prompt', { prompt: 'a \0 fox' }, 'invalid_prompt'],
    ['B54', 'user', { user: 'u'.repeat(10_240) }, 'string_above_max_length'],
    [
      'B54',
      'darkroom.metadata',
      { darkroom: { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, 'v'])) } },
      badValue,
    ],
    ['B54', `darkroom.metadata.${'k'.repeat(64)}`, { darkroom: { metadata: { ['k'.repeat(65)]: 'v' } } }, badValue],
  ]

  it.each(rows.map((row) => [`${row[0]} ${titleOf(row[2])}`.trim(), ...row] as const))(
    '%s is refused',
    async (_title, _id, param, change, code) => {
      expect(await refusalOf(typeof change === 'string' ? bodyWithText(change) : bodyWith(change))).toMatchObject({
        status: 400,
        code,
        param,
      })
    },
  )

  it.each([
    ['B15', '__proto__'],
    ['B15', 'constructor'],
    ['B15', 'toString'],
    ['B16', 'foo'],
    ['B16', 'response_format'],
    ['B16', 'style'],
    ['B16', 'input_fidelity'],
    ['B16', 'images'],
    ['B16', 'mask'],
    ['B55', 'api_base'],
    ['B55', 'base_url'],
    ['B55', 'headers'],
  ])('%s the key %s, which the call does not have, is refused by its name', async (_id, key) => {
    expect(await refusalOf(bodyWithText(`${JSON.stringify(key)}:{"x":1}`))).toMatchObject({
      status: 400,
      code: 'unknown_parameter',
      param: key,
    })
  })

  it('B49 a model without a price is refused before it could cost anything', async () => {
    expect(await refusalOf(bodyWith({ model: 'chatgpt-image-latest' }))).toMatchObject({ status: 503, code: 'price_not_configured' })
  })
})

describe('a header of Darkroom that cannot be used', () => {
  it.each([
    ['x-darkroom-timeout-ms', '5'],
    ['x-darkroom-timeout-ms', '1e6'],
    ['x-darkroom-timeout-ms', '700000'],
    ['x-darkroom-strict', 'yes'],
    ['x-darkroom-timeout', '9000'],
    ['x-darkroom-route', '../etc'],
  ])('%s: %s is refused by its name', async (name, value) => {
    expect(await refusalOf(bodyWith({}), { [name]: value })).toMatchObject({ status: 400, code: 'invalid_parameter_header', param: name })
  })

  it('a route that nobody configured is refused', async () => {
    expect(await refusalOf(bodyWith({}), { 'x-darkroom-route': 'elsewhere' })).toMatchObject({ status: 400, code: 'no_route' })
  })

  it('a wish that this version cannot fulfil is refused, not ignored', async () => {
    const refusal = await refusalOf(bodyWith({ darkroom: { spells: {} } }))
    expect(refusal).toMatchObject({ status: 400, code: 'endpoint_not_served', param: 'darkroom.spells' })
  })

  it('what would be a remark is a refusal where the caller asks for strictness', async () => {
    expect(await refusalOf(bodyWith({ partial_images: 2 }), { 'x-darkroom-strict': 'true' })).toMatchObject({
      status: 400,
      param: 'partial_images',
    })
  })
})

it('none of these refusals reached upstream, reserved anything or left a record', async () => {
  const { database } = gateway.gateway.parts
  expect(gateway.gateway.sandbox!.calls.posts()).toBe(0)
  expect(await ledgerLines(gateway)).toEqual([])
  expect(await database.read(database.sql.selectFrom('generations').select('id'))).toEqual([])
})

describe('odd input that is served', () => {
  it.each([
    ['B40 size auto', { size: 'auto' }, { size: '1248x1248', quality: 'low' }],
    ['B42 quality auto', { quality: 'auto' }, { quality: 'high' }],
    ['B42 no quality', { quality: undefined }, { quality: 'high' }],
  ])('%s is reserved at its dearest reading and settled at what came', async (_what, change, dearestReading) => {
    await using darkroom = await startTestGateway()
    const seen = await seeReply(postGeneration(darkroom, change))
    const { cost, request_shape } = await readRecord(darkroom, seen.generationId!)
    expect(Object.values(request_shape)).toContain('auto')
    const dearest = await darkroom.fetch('/v2/estimate', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ request: { ...smallCall, ...dearestReading } }),
    })
    const { expected } = (await dearest.json()) as { expected: { nanos: string } }
    expect(BigInt(cost.reserved_nanos)).toBeGreaterThanOrEqual(BigInt(expected.nanos))
    expect(BigInt(cost.settled_nanos)).toBeLessThan(BigInt(cost.reserved_nanos))
  })

  it('B52 32,000 characters that are 80,000 bytes are one prompt', async () => {
    await using darkroom = await startTestGateway()
    expect((await postGeneration(darkroom, { prompt: '🦊 '.repeat(16_000) })).status).toBe(200)
  })

  it('B51 a prompt of white space is served as upstream serves it, with a remark', async () => {
    await using darkroom = await startTestGateway()
    const seen = await seeReply(postGeneration(darkroom, { prompt: ' ' }))
    expect(seen.headers.get('x-darkroom-warnings')).toBe('blank_prompt')
  })

  it.each([
    ['B53 line breaks and control characters', 'a fox\r\nx-injected: 1\r\n\u001b[31m{"level":60}\n'],
    ['B131 a script, a formula, an escape sequence', '<script>injected()</script>\n=HYPERLINK("injected fox")\u001b]8;;injected\u0007'],
  ])('%s of a caller reach neither a header nor a line of the log', async (_what, hostile) => {
    const log: string[] = []
    const logger = createLogger({ level: 'debug', destination: { write: (line: string) => void log.push(line) } })
    await using darkroom = await startTestGateway({ logger })
    const seen = await seeReply(postGeneration(darkroom, { prompt: hostile, user: hostile }))
    expect(seen.status).toBe(200)
    expect(JSON.stringify([...seen.headers])).not.toMatch(/injected|\u001b/)
    expect(log.length).toBeGreaterThan(0)
    for (const line of log) {
      expect(() => JSON.parse(line)).not.toThrow()
      expect(line).not.toMatch(/fox|injected|\u001b/)
    }
  })
})
