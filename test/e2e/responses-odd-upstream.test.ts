import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { sandboxRoute } from '../../src/routes/index.ts'
import { ledgerLines } from '../support/generation-calls.ts'
import { noisePicture, sha256 } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { bookedBooks, respond } from './responses-calls.ts'

const picture = await noisePicture(64, 40)
const drawn = { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: picture.toString('base64') }
const head = { id: 'resp_1', object: 'response', status: 'in_progress', model: 'gpt-5.4', output: [] as object[] }
const usage = { input_tokens: 10, input_tokens_details: { cached_tokens: 0 }, output_tokens: 5, total_tokens: 15 }

const frame = (data: { type: string; [member: string]: unknown }) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
const created = frame({ type: 'response.created', sequence_number: 0, response: head })
const itemDone = frame({ type: 'response.output_item.done', sequence_number: 1, output_index: 0, item: drawn })

/** A gateway whose sandbox route leads to a server that gives one answer to everything. */
async function inFrontOf(contentType: string, body: string): Promise<TestGateway & { asked: () => number }> {
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    request.resume().once('end', () => {
      response.writeHead(200, { 'content-type': contentType, 'x-request-id': 'req_1' })
      response.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const routes = [{ ...sandboxRoute('http://unused'), baseUrl: `http://127.0.0.1:${port}/v1` }]
  const gateway = await startTestGateway({ config: { routes }, backgroundPauseMs: 20 })
  const close = async () => {
    await gateway.close()
    server.closeAllConnections()
    server.close()
  }
  return { ...gateway, asked: () => asked, close, [Symbol.asyncDispose]: close }
}

const json = (response: object) => ['application/json', JSON.stringify(response)] as const
const stream = (...frames: string[]) => ['text/event-stream', frames.join('')] as const

describe('a stream that ends properly without its last event', () => {
  it('gives the client an error event, keeps the picture that came, and books it as estimated', async () => {
    await using gateway = await inFrontOf(...stream(created, itemDone))
    const { seen, record } = await respond(gateway, { stream: true })
    expect(seen.error).toMatchObject({ code: 'upstream_bad_response', outcome: 'charged' })
    expect(record).toMatchObject({
      status: 'failed',
      images: [{ sha256: sha256(picture), storage: 'stored' }],
      usage: { source: 'estimated' },
    })
    const { main, tool } = bookedBooks(await ledgerLines(gateway, record.id))
    expect(main).toBeGreaterThan(0n)
    expect(tool).toBeGreaterThan(0n)
  })

  it('counts as charged and lost when nothing came, on both books', async () => {
    await using gateway = await inFrontOf(...stream(created))
    const { seen, record } = await respond(gateway, { stream: true })
    expect(seen.error).toMatchObject({ code: 'upstream_bad_response', outcome: 'charged' })
    expect(record).toMatchObject({ status: 'failed', images: [], usage: { source: 'estimated' } })
    const { main, tool } = bookedBooks(await ledgerLines(gateway, record.id))
    expect(main).toBeGreaterThan(0n)
    expect(tool).toBeGreaterThan(0n)
  })
})

describe('a picture that no tool asked for', () => {
  it('is given to the client, stored and put on the bill: a prompt stored upstream may bring tools along', async () => {
    const tool_usage = { image_gen: { input_tokens: 20, output_tokens: 30, total_tokens: 50 } }
    await using gateway = await inFrontOf(...json({ ...head, status: 'completed', output: [drawn], usage, tool_usage }))
    const { seen, record } = await respond(gateway, { tools: undefined })
    expect(seen.text).toContain(drawn.result)
    expect(record).toMatchObject({ status: 'completed', images: [{ sha256: sha256(picture), storage: 'stored' }] })
    expect(record.warnings.map(({ code }) => code)).toContain('unpriced_tokens')
    expect(bookedBooks(await ledgerLines(gateway, record.id)).tool).toBe(1_000_000_000n)
  })
})

describe('a background response that upstream does not name', () => {
  it('cannot be asked for: its reservation is held, and nobody calls again', async () => {
    await using gateway = await inFrontOf(...json({ ...head, id: undefined, status: 'queued' }))
    const { record } = await respond(gateway, { background: true })
    expect(record).toMatchObject({ status: 'outcome_unknown', next_action: 'human' })
    expect(gateway.asked()).toBe(1)
  })
})
