import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeApiKey } from '../../src/access/api-key.ts'
import { type ErrorObject, errorBodySchema } from '../../src/contract/record.ts'
import { ledgerLines, postGeneration, readRecord, seeReply, smallCall } from '../support/generation-calls.ts'
import { exchange, openSocket, rawRequest } from '../support/raw-http.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const call = 'POST /v1/images/generations'
const body = JSON.stringify(smallCall)
const good = () => ({ Host: 'localhost', Authorization: `Bearer ${gateway.key}`, 'Content-Type': 'application/json' })

/** Writes a request as it is; its refusal must be an error as OpenAI's clients read it, and free. */
async function refusalOf(
  request: string,
  options = {},
): Promise<Pick<ErrorObject, 'code' | 'param'> & { status: number | null; headers: Record<string, string>; text: string }> {
  const answer = await exchange(gateway.url, request, options)
  const { error } = errorBodySchema.parse(JSON.parse(answer.body))
  expect(error).toMatchObject({ type: 'invalid_request_error', outcome: 'not_charged', generation_id: null })
  return { status: answer.status, code: error.code, param: error.param, headers: answer.headers, text: answer.body }
}

/** Nothing that is refused on the way in may reach upstream or the books. */
async function expectNoTrace(): Promise<void> {
  expect(gateway.gateway.sandbox!.calls.posts()).toBe(0)
  expect(await ledgerLines(gateway)).toEqual([])
}

describe('a request that is no proper HTTP', () => {
  it.each([
    ['TLS on a plain port', '\x16\x03\x01\x02\x00\x01\x00\r\n\r\n', 400, 'invalid_http'],
    ['HTTP/2 without asking', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'invalid_http'],
    ['B21 a method that does not exist', 'BREW /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n', 400, 'invalid_http'],
    ['B12 two lengths', `${call} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`, 400, 'invalid_http'],
    [
      'B11 a length and chunks',
      `${call} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'invalid_http',
    ],
    ['a chunk without a length', `${call} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`, 400, 'invalid_http'],
    ['a header with a line break inside', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\n b: c\r\n\r\n', 400, 'invalid_http'],
    ['B19 one header of 17 KB', `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`, 431, 'headers_too_large'],
    [
      'B19 3,000 headers',
      `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${Array.from({ length: 3000 }, (_, at) => `x${at}: a\r\n`).join('')}\r\n`,
      431,
      'headers_too_large',
    ],
    ['an address of 17 KB', `GET /${'a'.repeat(17_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431, 'headers_too_large'],
    ['B21 CONNECT', 'CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', 405, 'method_not_allowed'],
  ])('%s is refused and the connection closed', async (_what, request, status, code) => {
    const refusal = await refusalOf(request)
    expect(refusal).toMatchObject({ status, code, headers: { connection: 'close' } })
    await expectNoTrace()
  })
})

describe('an address of more than 8 KB', () => {
  it.each([
    ['B20 in its path', () => `/${'a'.repeat(8192)}`],
    ['B20 in its query', () => `/v1/models?x=${'a'.repeat(8192)}`],
  ])('%s is refused', async (_where, path) => {
    expect(await refusalOf(rawRequest(`GET ${path()}`, good()))).toMatchObject({ status: 414, code: 'uri_too_long' })
    expect((await exchange(gateway.url, rawRequest(`GET /v1/models?x=${'a'.repeat(8000)}`, good()))).status).toBe(200)
  })
})

describe('a body that is too large', () => {
  it('B09 is refused by its announced length, before a byte of it came', async () => {
    const refusal = await refusalOf(rawRequest(call, { ...good(), 'Content-Length': '1048577' }))
    expect(refusal).toMatchObject({ status: 413, code: 'body_too_large', headers: { connection: 'close' } })
  })

  it('B09 is refused once its chunks are too many, whatever they would add up to', async () => {
    const chunk = `80000\r\n${' '.repeat(0x80000)}\r\n`
    const refusal = await refusalOf(rawRequest(call, { ...good(), 'Transfer-Encoding': 'chunked' }) + chunk.repeat(3))
    expect(refusal).toMatchObject({ status: 413, code: 'body_too_large', headers: { connection: 'close' } })
  })

  it('is not sent at all by a client that asks first', async () => {
    const ask = { ...good(), Expect: '100-continue', 'Content-Length': '200000000' }
    const refusal = await exchange(gateway.url, rawRequest(call, ask))
    expect(refusal).toMatchObject({ status: 413, interim: [] })
  })

  it('B25 is not waited for when the key is wrong', async () => {
    const ask = { ...good(), Authorization: 'Bearer dk_live_wrong', Expect: '100-continue', 'Content-Length': '200000000' }
    const refusal = await exchange(gateway.url, rawRequest(call, ask))
    expect(refusal).toMatchObject({ status: 401, interim: [], headers: { connection: 'close' } })
    await expectNoTrace()
  })

  it('is told apart from one that is welcome: a client that asks first is told to go on', async () => {
    const socket = await openSocket(gateway.url)
    const heard: string[] = []
    socket.setEncoding('latin1').on('data', (text: string) => heard.push(text))
    socket.write(
      rawRequest('POST /v2/check', { ...good(), Expect: '100-continue', 'Content-Length': String(body.length), Connection: 'close' }),
    )
    while (!heard.join('').includes('100 Continue')) await new Promise((resolve) => setTimeout(resolve, 1))
    socket.write(body)
    await new Promise((resolve) => socket.once('close', resolve))
    expect(heard.join('')).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/)
  })
})

describe('a host that is not ours', () => {
  it.each(['evil.example', 'localhost.evil.example', 'localhost/admin', 'localhost:1:2', 'user@localhost', ''])(
    'B22 %j is refused',
    async (host) => {
      expect(await refusalOf(rawRequest('GET /v1/models', { ...good(), Host: host }))).toMatchObject({ status: 421, code: 'bad_host' })
    },
  )

  it('B22 is refused also where no host is named', async () => {
    expect(await refusalOf('GET /v1/models HTTP/1.1\r\n\r\n')).toMatchObject({ status: 421, code: 'bad_host' })
  })

  it('B23 is not believed in a forwarding header of a peer that is no trusted proxy', async () => {
    const forged = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.9' }
    const page = await (await gateway.fetch('/', { headers: forged })).text()
    expect(page).toContain(`${gateway.url}/v1`)
    expect(page).not.toContain('evil.example')
  })
})

describe('a key that is none', () => {
  const wrongChecksum = () => `${gateway.key.slice(0, -1)}${gateway.key.endsWith('0') ? '1' : '0'}`

  it.each([
    ['no key', () => undefined],
    ['a key of another service', () => 'Bearer sk-proj-0123456789abcdef'],
    ['B64 a key with a wrong checksum', () => `Bearer ${wrongChecksum()}`],
    ['B64 a key cut short', () => `Bearer ${gateway.key.slice(0, -8)}`],
    ['B63 a key that could be one and is not', () => `Bearer ${makeApiKey()}`],
    ['the prefix alone', () => 'Bearer dk_live_'],
    ['B65 SQL', () => "Bearer ' OR 1=1 --"],
    ['another scheme', () => `Basic ${Buffer.from(`user:${gateway.key}`).toString('base64')}`],
    ['a key behind another', () => `Bearer ${gateway.key}, Bearer ${gateway.key}`],
    ['a key of 10,000 letters', () => `Bearer dk_live_${'a'.repeat(10_000)}`],
  ])('%s is refused in the same words, which repeat nothing of it', async (_what, authorization) => {
    const { Authorization: _, ...rest } = good()
    const given = authorization()
    const head = { ...rest, ...(given === undefined ? {} : { Authorization: given }) }
    const refusal = await refusalOf(rawRequest(call, head, body))
    expect(refusal).toMatchObject({ status: 401, code: 'invalid_api_key', param: null })
    const { error } = JSON.parse(refusal.text) as { error: ErrorObject }
    expect(error.message).toBe('Incorrect API key provided. Nothing was sent or charged; send a Darkroom key as `Authorization: Bearer`.')
    await expectNoTrace()
  })

  it('B66 is refused in the address, good or not', async () => {
    for (const name of ['api_key', 'key', 'token', 'access_token', 'api-key']) {
      const refusal = await refusalOf(rawRequest(`GET /v1/models?x=1&${name}=${gateway.key}`, good()))
      expect(refusal).toMatchObject({ status: 401, code: 'key_in_url' })
      expect(refusal.text).not.toContain(gateway.key)
    }
  })

  it('two different credentials at once are refused, because nobody can say which is meant', async () => {
    const both = { ...good(), 'X-API-Key': gateway.adminToken }
    expect(await refusalOf(rawRequest('GET /v1/models', both))).toMatchObject({ status: 401, code: 'invalid_api_key' })
  })
})

describe('a method that an address does not take', () => {
  it.each([
    ['GET /v1/images/generations', 'POST, OPTIONS'],
    ['PUT /v1/images/generations', 'POST, OPTIONS'],
    ['TRACE /v1/models', 'GET, HEAD, OPTIONS'],
    ['PROPFIND /v1/models', 'GET, HEAD, OPTIONS'],
    ['DELETE /v1/models/gpt-image-2', 'GET, HEAD, OPTIONS'],
    ['POST /v2/generations/gen_1', 'GET, HEAD, OPTIONS'],
    ['PATCH /v2/keys', 'GET, POST, HEAD, OPTIONS'],
    ['GET /v2/check?operation=generate', 'POST, OPTIONS'],
    ['POST /', 'GET, HEAD, OPTIONS'],
  ])('B21 %s is answered 405 and told what it takes', async (line, allow) => {
    const refusal = await refusalOf(rawRequest(line, good(), ''))
    expect(refusal).toMatchObject({ status: 405, code: 'method_not_allowed', headers: { allow } })
  })

  it('OPTIONS tells what an address takes and lets no page of another origin in', async () => {
    const preflight = { Host: 'localhost', Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' }
    const answer = await exchange(gateway.url, rawRequest('OPTIONS /v1/images/generations', preflight))
    expect(answer).toMatchObject({ status: 204, headers: { allow: 'POST, OPTIONS' } })
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it('HEAD answers as GET does, without the body', async () => {
    const { headers } = await exchange(gateway.url, rawRequest('GET /v1/models', good()))
    const head = await exchange(gateway.url, rawRequest('HEAD /v1/models', good()), { isHead: true })
    expect(head).toMatchObject({
      status: 200,
      body: '',
      headers: { 'content-length': headers['content-length'], 'content-type': headers['content-type'] },
    })
    const refused = await exchange(gateway.url, rawRequest('HEAD /v1/models', { Host: 'localhost' }), { isHead: true })
    expect(refused).toMatchObject({ status: 401, body: '' })
  })
})

describe('an address that leads nowhere', () => {
  it.each(['/v1/chat/completions', '/v1/embeddings', '/v1/audio/speech', '/v1/images/variations', '/v1/batches'])(
    'POST %s is answered 404 that says it is not served here',
    async (path) => {
      const refusal = await refusalOf(rawRequest(`POST ${path}`, good(), '{}'))
      expect(refusal).toMatchObject({ status: 404, code: 'endpoint_not_served' })
      await expectNoTrace()
    },
  )

  it.each([
    '/nothing',
    '/v2/nothing',
    '/v2/images/..%2f..%2fetc%2fpasswd',
    '/v2/images/%2e%2e/%2e%2e/darkroom.db',
    '/v2/images/..%252f..%252fpepper',
    '/v2/images/%zz',
    '/v2/images/%00',
    `/v2/images/${'a'.repeat(201)}`,
    '/v2/images/img_00000000000000000000000000000000000000000000',
    '/v2/generations/gen_00000000000000000000000000000000000000000000',
    "/v2/generations/gen_' OR 1=1 --".replaceAll(' ', '%20'),
    '/v2/images/gen_00000000000000000000000000000000000000000000',
  ])('B127 GET %s is answered 404 and nothing more', async (path) => {
    const refusal = await refusalOf(rawRequest(`GET ${path}`, good()))
    expect(refusal).toMatchObject({ status: 404, code: 'not_found' })
    expect(refusal.text).not.toMatch(/passwd|pepper|SQLITE|ENOENT|\/tmp/)
  })

  it.each(['GET /v2/keys', 'GET /v2/doctor', 'GET /metrics', 'DELETE /v2/keys/key_1'])(
    'B71 %s does not exist for the key of a project',
    async (line) => {
      expect(await refusalOf(rawRequest(line, good()))).toMatchObject({ status: 404, code: 'not_found' })
    },
  )
})

describe('reading a picture', () => {
  it('B129 takes its type from the record, whatever the address asks for', async () => {
    const seen = await seeReply(postGeneration(gateway))
    const { images } = await readRecord(gateway, seen.generationId!)
    const answer = await gateway.fetch(`/v2/images/${images[0]!.id}?response-content-type=text/html`)
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox")
    await answer.arrayBuffer()
  })
})
