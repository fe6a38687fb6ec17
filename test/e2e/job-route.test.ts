import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import {
  ledgerLines,
  postGeneration,
  promptWith,
  readEvents,
  type SeenReply,
  seeReply,
  settledRecord,
  sumOf,
} from '../support/generation-calls.ts'
import { decodePicture, sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

/** A provider that answers with a job; the sandbox plays it. */
const configFile = (upstream: string) => `version: 1
outbound: { allow: ['${upstream}'] }
routes:
  - { id: jobs, owner: Job Images, kind: provider, protocol: apiframe, base_url: ${upstream}, key: { env: JOB_KEY }, price_card: job-pictures }
price_cards:
  - { id: job-pictures, date: 2026-11-01, owner: Job Images, kind: per_call, per_call: '0.04', per: image, models: [gpt-image-2], source: test }
`

let sandbox: Sandbox
let gateway: TestGateway

beforeAll(async () => {
  sandbox = await startSandbox({ latencyMs: 0, flat: true })
  gateway = await startTestGateway({ yaml: configFile(sandbox.url), environment: { JOB_KEY: 'afk_canary_7731' } })
})
afterAll(async () => {
  await gateway.close()
  await sandbox.close()
})

const square = { size: '1024x1024', quality: 'low' }

async function call(change: object): Promise<{ seen: SeenReply; record: Awaited<ReturnType<typeof settledRecord>>; charged: bigint }> {
  const headers = { 'x-darkroom-route': 'jobs' }
  const seen = await seeReply(postGeneration(gateway, { ...square, ...change }, { headers }))
  const record = await settledRecord(gateway, seen.generationId!)
  return { seen, record, charged: sumOf(await ledgerLines(gateway, record.id), 'settle', 'loss') }
}

describe('a synchronous call on a route that answers with jobs', () => {
  it('gets its picture in the answer, stored and at the price of a picture', async () => {
    const { seen, record, charged } = await call({})
    const picture = Buffer.from(JSON.parse(seen.text).data[0].b64_json, 'base64')
    expect(await decodePicture(picture)).toEqual({ format: 'png', width: 1024, height: 1024 })
    expect(record).toMatchObject({
      status: 'completed',
      route_owner: 'Job Images',
      images: [{ sha256: sha256(picture), storage: 'stored' }],
    })
    expect(record.request_id).not.toBeNull()
    expect(charged).toBe(40_000_000n)
    expect(sandbox.invoice.lines().at(-1)).toMatchObject({ operation: 'job', nanos: '40000000' })
  })

  it('gets it as an event too', async () => {
    const { seen } = await call({ stream: true })
    expect(readEvents(seen.text).map(({ event }) => event)).toEqual(['image_generation.completed'])
  })

  it('is told that the picture is lost when its address is dead after the job was paid, and the job is not bought again', async () => {
    const before = sandbox.invoice.lines().length
    const { seen, record, charged } = await call({ prompt: promptWith('url') })
    expect(seen.error).toMatchObject({ outcome: 'charged', code: 'upstream_bad_response' })
    expect(record).toMatchObject({ status: 'failed', images: [] })
    expect(charged).toBe(40_000_000n)
    expect(sandbox.invoice.lines().length).toBe(before + 1)
  }, 30_000)

  it('is refused and free when the job is refused for what was asked', async () => {
    const { seen, charged } = await call({ prompt: promptWith('moderation') })
    expect(seen).toMatchObject({ status: 400, error: { code: 'moderation_blocked', outcome: 'not_charged' } })
    expect(charged).toBe(0n)
  })

  it('cannot be an edit: such a route draws only', async () => {
    const form = new FormData()
    for (const [name, value] of Object.entries({ model: 'gpt-image-2', prompt: 'a fox', ...square })) form.append(name, value)
    form.append('image', new Blob([new Uint8Array([1])]), 'a.png')
    const headers = { 'x-darkroom-route': 'jobs' }
    const seen = await seeReply(gateway.fetch('/v1/images/edits', { method: 'POST', body: form, headers }))
    expect(seen).toMatchObject({ status: 400, error: { code: 'unsupported_on_route', outcome: 'not_charged' } })
  })
})
