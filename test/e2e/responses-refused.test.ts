import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ledgerLines, sumOf } from '../support/generation-calls.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { booksOf, postResponse, respond, smallTool } from './responses-calls.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway()
})
afterAll(() => gateway.close())

const withTool = (change: object) => ({ tools: [{ ...smallTool, ...change }] })
const emptyMask = { input_image_mask: { image_url: 'data:image/png;base64,' } }

/** What is wrong | what the call asks | status, code, param | words that help. */
const refusals: [what: string, change: object, answer: [number, string, string | null], words: string][] = [
  ['an illegal size of the tool', withTool({ size: '1920x1080' }), [400, 'invalid_value', 'tools[0].size'], 'divisible by 16'],
  ['a number of pictures in the tool', withTool({ n: 2 }), [400, 'unknown_parameter', 'tools[0].n'], 'one picture a call'],
  [
    'a mask without anything in it',
    withTool({ input_image_mask: {} }),
    [400, 'missing_required_parameter', 'tools[0].input_image_mask'],
    '',
  ],
  ['a mask of no bytes', withTool(emptyMask), [400, 'invalid_value', 'tools[0].input_image_mask.image_url'], ''],
  ['an image model that leads', { model: 'gpt-image-2' }, [400, 'image_model_as_main', 'model'], '/v1/images/generations'],
  ['an image model of another spelling that leads', { model: 'openai/gpt-image-9' }, [400, 'image_model_as_main', 'model'], 'main model'],
  ['a main model that draws', withTool({ model: 'gpt-5.4' }), [400, 'invalid_value', 'tools[0].model'], 'gpt-5.4'],
  ['two image tools', { tools: [smallTool, smallTool] }, [400, 'invalid_value', 'tools[1]'], 'second tool'],
  ['a background that is not kept', { background: true, store: false }, [400, 'invalid_value', 'store'], 'must be stored'],
  ['a conversation and a turn', { conversation: 'c', previous_response_id: 'r' }, [400, 'invalid_value', 'previous_response_id'], ''],
  ['no input', { input: undefined }, [400, 'missing_required_parameter', 'input'], ''],
  ['a strict mask', { darkroom: { mask: 'strict' } }, [400, 'strict_mask_impossible', 'mask'], '/v1/images/edits'],
  [
    'a choice of a tool that is not there',
    { tools: [], tool_choice: { type: 'image_generation' } },
    [400, 'invalid_value', 'tool_choice'],
    '',
  ],
]

describe('is refused before anything is recorded, reserved or sent:', () => {
  it.each(refusals)('%s', async (_what, change, [status, code, param], words) => {
    const posts = gateway.gateway.sandbox!.calls.posts()
    const lines = (await ledgerLines(gateway)).length
    const seen = await postResponse(gateway, change)
    expect(seen).toMatchObject({ status, generationId: null, error: { code, param, outcome: 'not_charged', generation_id: null } })
    expect(seen.error!.message).toContain(words)
    expect(gateway.gateway.sandbox!.calls.posts()).toBe(posts)
    expect((await ledgerLines(gateway)).length).toBe(lines)
  })

  it('a picture of the input that cannot be decoded', async () => {
    const image = { type: 'input_image', image_url: `data:image/png;base64,${Buffer.from('<html></html>').toString('base64')}` }
    const seen = await postResponse(gateway, { input: [{ role: 'user', content: [{ type: 'input_text', text: 'Night' }, image] }] })
    expect(seen).toMatchObject({
      status: 400,
      generationId: null,
      error: { param: 'input[0].content[1].image_url', outcome: 'not_charged' },
    })
  })
})

describe('a gateway for pictures only (surfaces: images-only)', () => {
  it('refuses a call without the image tool, and serves one with it', async () => {
    await using strict = await startTestGateway({ yaml: 'version: 1\npolicy: { surfaces: images-only }\n' })
    const seen = await postResponse(strict, { tools: [{ type: 'web_search' }] })
    expect(seen).toMatchObject({ status: 400, generationId: null, error: { param: 'tools', outcome: 'not_charged' } })
    expect(seen.error!.message).toContain('images-only')
    expect(strict.gateway.sandbox!.calls.posts()).toBe(0)
    expect((await postResponse(strict)).status).toBe(200)
  })
})

describe('a call without the image tool', () => {
  it('is forwarded as it is, its one book is charged, and no picture is expected', async () => {
    const { seen, record } = await respond(gateway, { input: 'What is fog?', tools: undefined })
    expect(seen.status).toBe(200)
    expect(record).toMatchObject({ status: 'completed', images: [], warnings: [] })
    const { booked, invoiced } = await booksOf(gateway, record)
    expect(booked).toEqual(invoiced)
    expect(booked.tool).toBe(0n)
    expect(booked.main).toBeGreaterThan(0n)
  })
})

describe('a main model without a price', () => {
  const unpriced = 'gpt-5.6-sol'

  it('is flagged and counted at the ceiling, never at zero; the tool is charged exactly', async () => {
    const { seen, record } = await respond(gateway, { model: unpriced })
    expect(seen.headers.get('x-darkroom-warnings')).toContain('unpriced_main_model')
    expect(record).toMatchObject({ status: 'completed', assistant: { main_model: unpriced, main_model_priced: false } })
    expect(record.warnings.map(({ code }) => code)).toContain('unpriced_main_model')
    const { booked, invoiced } = await booksOf(gateway, record)
    expect(booked).toEqual({ main: 1_000_000_000n, tool: invoiced.tool })
    expect(invoiced.main).toBeGreaterThan(0n)
  })

  it('counts at the ceiling the operator sets', async () => {
    await using careful = await startTestGateway({ yaml: 'version: 1\npolicy: { responses_ceiling: "0.25" }\n' })
    const { record } = await respond(careful, { model: unpriced })
    const lines = await ledgerLines(careful, record.id)
    expect(lines.find(({ bucket }) => bucket === 'main_unpriced')?.nanos).toBe('250000000')
    expect(sumOf(lines, 'reserve')).toBeGreaterThan(250_000_000n)
  })
})
