import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder, run } from './cli/darkroom-program.ts'
import { servePictures } from './e2e/picture-server.ts'
import { room } from './support/edit-calls.ts'
import { promptWith } from './support/generation-calls.ts'
import { readJob } from './support/job-calls.ts'
import { decodePicture } from './support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from './support/test-gateway.ts'

const examples = resolve(import.meta.dirname, '../examples/jobs')
const read = (name: string) => readFileSync(join(examples, name), 'utf8')
const PROMPT = 'The same harbour at night, with lanterns'

interface Asked {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** Passes every call on to the gateway and keeps what it was. */
async function startRecorder(gateway: TestGateway) {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request.setEncoding('utf8')) body += piece
    const { method, url, headers } = request as { method: string; url: string; headers: IncomingHttpHeaders }
    asked.push({ method, path: url, headers, body })
    const { host: _host, connection: _connection, 'content-length': _length, ...passed } = headers
    const answer = await fetch(gateway.url + url, { method, headers: passed as Record<string, string>, ...(body === '' ? {} : { body }) })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type')! }).end(await answer.text())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close: () => server.close() }
}

const folder = await makeFolder()
const cwd = folder.path
let gateway: TestGateway
let pictures: Awaited<ReturnType<typeof servePictures>>

beforeAll(async () => {
  pictures = await servePictures({ '/harbour.png': room })
  gateway = await startTestGateway({ yaml: `version: 1\noutbound: { allow: ['${pictures.origin}'] }` })
})
afterAll(async () => {
  await gateway.close()
  await pictures[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** Runs an example as it stands but for the addresses, and its prompt where that is to go wrong. */
async function runExample(name: string, command: string, prompt = PROMPT) {
  const recorder = await startRecorder(gateway)
  const text = read(name).replaceAll('http://127.0.0.1:4100', recorder.url).replace('https://example.com', pictures.origin)
  const file = `${new URL(recorder.url).port}-${name}`
  writeFileSync(join(cwd, file), text.replace(PROMPT, prompt))
  const ended = await run(command, [file], { cwd, environment: { DARKROOM_KEY: gateway.key } }).ended
  recorder.close()
  return { ...ended, asked: recorder.asked }
}

const shell = () => runExample('unified-job.sh', 'sh')
const script = (prompt?: string) => runExample('unified-job.mjs', process.execPath, prompt)
const order = () => ({
  prompt: PROMPT,
  model: 'gpt-image-2',
  gptImage2Params: { input_images: `${pictures.origin}/harbour.png`, quality: 'auto', background: 'auto', number_of_images: 1 },
})

describe('the unified job API, as people paste it', () => {
  it.concurrent.each([
    ['curl', shell],
    ['JavaScript fetch', script],
  ])('in %s submits an edit, asks until it is over, and prints an address that opens the picture', async (_, runIt) => {
    const { code, stdout, stderr, asked } = await runIt()
    expect([code, stderr]).toEqual([0, ''])
    const [submitted, ...polls] = asked
    expect(submitted).toMatchObject({ method: 'POST', path: '/v2/images/generate', headers: { 'x-api-key': gateway.key } })
    expect(JSON.parse(submitted!.body)).toEqual(order())
    const jobId = polls[0]!.path.replace('/v2/jobs/', '')
    expect(polls.every(({ method, path, headers }) => method === 'GET' && path === `/v2/jobs/${jobId}` && headers['x-api-key'])).toBe(true)
    expect(await readJob(gateway, jobId)).toMatchObject({ status: 'COMPLETED', operation: 'edit' })
    const picture = await fetch(stdout.trim())
    expect(await decodePicture(Buffer.from(await picture.arrayBuffer()))).toMatchObject({ format: 'webp' })
  })

  it.concurrent.each([
    ['curl', (prompt: string) => runExample('unified-job.sh', 'sh', prompt)],
    ['JavaScript fetch', script],
  ])('in %s ends with a failure when the job has failed', async (_, runIt) => {
    const { code, stdout, stderr } = await runIt(promptWith('moderation'))
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('rejected by the safety system')
  })

  it('in Python requests sends what the others send and ends on the same two words; it is read here, not run', () => {
    const python = read('unified_job.py')
    const call = (verb: string) => new RegExp(`requests\\.${verb}\\(\\s*f"([^"]+)",\\s*headers=HEADERS,`).exec(python)?.[1]
    expect([call('post'), call('get')]).toEqual(['{BASE_URL}/v2/images/generate', '{BASE_URL}/v2/jobs/{job_id}'])
    // A dictionary of texts and numbers is JSON but for its last commas.
    const literal = /\n {4}json=(\{\n[\s\S]*?\n {4}\}),\n/.exec(python)![1]!
    const sent = JSON.parse(literal.replace(/,(\s*\})/g, '$1'))
    expect(sent).toEqual({ ...order(), gptImage2Params: { ...order().gptImage2Params, input_images: 'https://example.com/harbour.png' } })
    expect(python).toContain('BASE_URL = "http://127.0.0.1:4100"\nHEADERS = {"X-API-Key": os.environ["DARKROOM_KEY"]}\n')
    expect(python).toContain('job_id = submitted.json()["jobId"]\n')
    const loop = /while True:\n((?: {4}.*\n)+)/.exec(python)![1]!
    expect(loop.match(/\bbreak\b/g)).toHaveLength(1)
    expect(loop).toContain('    if job["status"] in ("COMPLETED", "FAILED"):\n        break\n    time.sleep(2)\n')
  })
})
