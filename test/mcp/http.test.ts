import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config/read-config.ts'
import { makeBudget, makeProject } from '../support/admin-calls.ts'
import { mask, room } from '../support/edit-calls.ts'
import { promptWith, readRecord } from '../support/generation-calls.ts'
import { decodePicture } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { type Agent, connectAgent, imageOf, linksOf, textOf } from './agent.ts'

let gateway: TestGateway
let agent: Agent
const cheap = { size: '1024x640', quality: 'low' }
const posts = () => gateway.gateway.sandbox!.calls.posts()

beforeAll(async () => {
  gateway = await startTestGateway()
  agent = await connectAgent(gateway, { mode: 'auto' })
})
afterAll(async () => {
  await agent.close()
  await gateway.close()
})

describe('an agent over HTTP', () => {
  it.each([
    ['2026-07-28', { mode: 'auto' }],
    ['2025-11-25', { mode: 'legacy' }],
  ])('of the protocol of %s is understood', async (version, negotiation) => {
    const speaking = await connectAgent(gateway, negotiation)
    expect(speaking.client.getNegotiatedProtocolVersion()).toBe(version)
    expect((await speaking.client.listTools()).tools).toHaveLength(4)
    const heard: number[] = []
    const call = { name: 'generate_image', arguments: { prompt: promptWith('latency=200'), ...cheap } }
    const result = await speaking.client.callTool(call, { onprogress: ({ progress }) => heard.push(progress) })
    expect(result.structuredContent).toMatchObject({ state: 'completed' })
    expect(heard.length).toBeGreaterThan(1)
    expect(heard).toEqual([...heard].sort((a, b) => a - b))
    await speaking.close()
  })

  it('is told of four tools, and that two of them cost money', async () => {
    const { tools } = await agent.client.listTools()
    expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
      ['generate_image', false],
      ['edit_image', false],
      ['estimate', true],
      ['get_job', true],
    ])
    expect(tools[0]!.inputSchema.properties).not.toHaveProperty('save_as')
    expect(agent.client.getServerVersion()).toMatchObject({ name: 'darkroom' })
  })

  it('draws: a preview, an address that opens without a key, and what it cost; all on the record of its key', async () => {
    const result = await agent.call('generate_image', { prompt: 'a fox', ...cheap, output_format: 'webp' })
    const { job_id, images, ...rest } = result.structuredContent
    expect(rest).toMatchObject({ state: 'completed', outcome: 'charged', route: 'sandbox', play_money: true })
    expect(await decodePicture(imageOf(result))).toEqual({ format: 'webp', width: 1024, height: 640 })
    const [link] = linksOf(result)
    expect([link!.uri, link!.mimeType, link!.name]).toEqual([images[0].url, 'image/webp', images[0].image_id])
    expect(await decodePicture(Buffer.from(await (await fetch(link!.uri)).arrayBuffer()))).toMatchObject({ width: 1024 })
    const record = await readRecord(gateway, job_id)
    expect(record).toMatchObject({ metadata: { via: 'mcp' }, cost: { settled: rest.cost_usd.settled } })
    expect(textOf(result)).toContain(`$${record.cost.settled} of play money`)
  })

  it('gets a small preview of a large picture, and never its base64', async () => {
    const { sandbox } = readConfig({ DARKROOM_SANDBOX_LATENCY_MS: '0' })
    await using large = await startTestGateway({ config: { sandbox } })
    const drawing = await connectAgent(large)
    const result = await drawing.call('generate_image', {
      prompt: 'a harbour at dawn',
      size: '2048x2048',
      quality: 'low',
      wait_seconds: 50,
    })
    const [link] = linksOf(result)
    expect(link!.size).toBeGreaterThan(192 * 1024)
    expect(imageOf(result).length).toBeLessThanOrEqual(192 * 1024)
    expect(await decodePicture(imageOf(result))).toMatchObject({ format: 'webp', width: 768, height: 768 })
    await drawing.close()
  })

  it('edits what was made before, by its id, and keeps what lies outside a mask', async () => {
    const upload = async (bytes: Buffer) => {
      const form = new FormData()
      form.append('purpose', 'vision')
      form.append('file', new Blob([new Uint8Array(bytes)]), 'picture.png')
      return ((await (await gateway.fetch('/v1/files', { method: 'POST', body: form })).json()) as { id: string }).id
    }
    const [source, holes] = [await upload(room), await upload(mask)]
    const drawn = await agent.call('generate_image', { prompt: 'a lamp', ...cheap })
    const images = [source, drawn.structuredContent.images[0].image_id]
    const edited = await agent.call('edit_image', { prompt: 'put the lamp there', images, mask: holes, keep_outside_mask: true, ...cheap })
    const record = await readRecord(gateway, edited.structuredContent.job_id)
    expect(record.images[0]!.process).toMatchObject({ kind: 'strict_mask' })
    expect(record.request_shape.input_images.map(({ source, role }) => `${role} ${source}`)).toEqual([
      'image file',
      'image image',
      'mask file',
    ])
  })

  it('prices a call without making it, and learns there that it would be refused', async () => {
    const before = posts()
    const { structuredContent } = await agent.call('estimate', { prompt: 'a fox', size: '1024x1024' })
    expect(structuredContent).toMatchObject({ route_owner: 'darkroom-sandbox', per_quality_usd: { low: expect.stringMatching(/^0\.00/) } })
    const refused = await agent.call('estimate', { prompt: 'a fox', size: '1000x1000' })
    expect([refused.isError, textOf(refused)]).toEqual([
      true,
      expect.stringMatching(/divisible by 16.*Outcome: not_charged\. Next: stop\. http.*#invalid_size/s),
    ])
    expect(posts()).toBe(before)
  })
})

describe('an order that is not done at once', () => {
  it('is asked about by its id, and is not made twice under its name', async () => {
    const before = posts()
    const order = { prompt: promptWith('latency=500'), ...cheap, idempotency_key: 'hero-picture' }
    const begun = await agent.call('generate_image', { ...order, wait_seconds: 0 })
    expect(['queued', 'running']).toContain(begun.structuredContent.state)
    expect(textOf(begun)).toContain('ask get_job')
    const [again, asked] = await Promise.all([
      agent.call('generate_image', order),
      agent.call('get_job', { job_id: begun.structuredContent.job_id }),
    ])
    for (const result of [again, asked]) {
      expect(result.structuredContent).toMatchObject({ job_id: begun.structuredContent.job_id, state: 'completed' })
      expect(imageOf(result).length).toBeGreaterThan(100)
    }
    expect(posts() - before).toBe(1)
  })

  it('goes on when the client leaves', async () => {
    const before = posts()
    const leaving = new AbortController()
    const call = {
      name: 'generate_image',
      arguments: { prompt: promptWith('latency=300', 'left alone'), ...cheap, idempotency_key: 'left-alone' },
    }
    const left = agent.client.callTool(call, { signal: leaving.signal }).catch((error) => error)
    while (posts() === before) await new Promise((resolve) => setTimeout(resolve, 5))
    leaving.abort()
    await left
    const again = await agent.call('generate_image', call.arguments)
    expect([again.structuredContent.state, posts() - before]).toEqual(['completed', 1])
  })
})

describe('errors', () => {
  it('say whether money was spent and what to do: refused, failed, unknown, nobody’s', async () => {
    const size = await agent.call('generate_image', { prompt: 'a fox', size: '9x9' })
    const failed = await agent.call('generate_image', { prompt: promptWith('moderation'), ...cheap })
    const unknown = await agent.call('generate_image', { prompt: promptWith('reset-before-headers'), ...cheap })
    const nobodys = await agent.call('get_job', { job_id: 'gen_nobody' })
    expect([size, failed, unknown, nobodys].map(({ isError }) => isError)).toEqual([true, true, true, true])
    expect(textOf(size)).toMatch(/Outcome: not_charged\. Next: stop\./)
    expect(textOf(failed)).toMatch(/is failed\..*Outcome: not_charged\. Next: stop\./)
    expect(failed.structuredContent).toMatchObject({ state: 'failed', outcome: 'not_charged' })
    expect(textOf(unknown)).toMatch(/Nobody knows whether .* is held for it\. Do not order it again/)
    expect(unknown.structuredContent).toMatchObject({ state: 'outcome_unknown', outcome: 'unknown' })
    expect(textOf(nobodys)).toContain('Outcome: not_charged.')
  })

  it('refuse arguments that nobody knows before anything is ordered', async () => {
    const before = posts()
    const misspelt = await agent.call('generate_image', { prompt: 'a fox', ...cheap, qualty: 'low' })
    expect([misspelt.isError, textOf(misspelt)]).toEqual([true, expect.stringContaining('qualty')])
    const path = await agent.call('edit_image', { prompt: 'a fox', images: ['./in.png'], ...cheap })
    expect([path.isError, textOf(path)]).toEqual([true, expect.stringContaining('named by its id')])
    expect(posts()).toBe(before)
  })
})

describe('rights', () => {
  it('are those of the key: its budget holds, and jobs of other projects are not there', async () => {
    await using poor = await startTestGateway()
    const { project, key } = await makeProject(poor, 'poor')
    await makeBudget(poor, { project_id: project.id, limit_usd: '0.001', book: 'sandbox' })
    const other = await connectAgent(poor)
    const begging = await connectAgent({ ...poor, key })
    const refused = await begging.call('generate_image', { prompt: 'a fox', ...cheap })
    expect([refused.isError, textOf(refused)]).toEqual([true, expect.stringContaining('Outcome: not_charged.')])
    const drawn = await other.call('generate_image', { prompt: 'a fox', ...cheap })
    const hidden = await begging.call('get_job', { job_id: drawn.structuredContent.job_id })
    expect([hidden.isError, hidden.structuredContent]).toEqual([true, undefined])
    await Promise.all([other.close(), begging.close()])
  })

  it('need a key, and no page of another origin has any', async () => {
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    const post = (headers: Record<string, string>) =>
      fetch(`${gateway.url}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(message),
      })
    const key = { authorization: `Bearer ${gateway.key}` }
    expect((await post({})).status).toBe(401)
    expect((await post({ ...key, origin: 'https://evil.example' })).status).toBe(403)
    expect((await post({ ...key, origin: gateway.url })).status).toBe(200)
    expect((await fetch(`${gateway.url}/mcp`, { headers: key })).status).toBe(405)
    const transport = new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`))
    await expect(new Client({ name: 'nobody', version: '1' }).connect(transport)).rejects.toThrow()
  })
})
