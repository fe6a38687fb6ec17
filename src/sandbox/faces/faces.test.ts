import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quickSandbox } from '../sandbox-test-kit.ts'
import type { Sandbox } from '../start-sandbox.ts'
import { faceTable } from './face-table.ts'
import { bytesOf, generateOn, postTo, type SeenFace, seeFace } from './face-test-kit.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

/** Of gpt-image-2, 768x1024 at high: ceil(96 × 72 × 2,786,432 / 4,000,000) tokens; 8 of text at $5 and those at $30 a million. */
const honest: SeenFace = {
  pixels: '768x1024',
  format: 'jpeg',
  signedBy: 'OpenAI-API c2pa-rs/0.36.1',
  size: '768x1024',
  quality: 'high',
  outputFormat: 'jpeg',
  outputTokens: 4815,
  requestIds: 'on every answer',
  line: { model: 'gpt-image-2', size: '768x1024', quality: 'high', image_out: 4815, nanos: '144490000' },
  nonsenseModel: 400,
  refused: [400, 400, 400, 400],
  charged: 1,
}

const atAuto = { pixels: '1122x1402', line: { model: 'gpt-image-2', size: '1122x1402', quality: 'low', image_out: 186, nanos: '5620000' } }
const forced = { ...atAuto, format: 'png', size: 'auto', quality: 'auto', outputFormat: 'png', outputTokens: 186 }

/** What tells each face from the honest one; nothing else may. */
const traits: Record<string, Partial<SeenFace>> = {
  honest: {},
  'two-five-signed-two': {},
  'cdn-reencoding': { signedBy: null },
  'laozhang-per-call': {
    ...{ pixels: '1122x1402', size: '1122x1402', quality: 'low', outputTokens: undefined },
    line: { model: 'gpt-image-2', size: '1122x1402', quality: 'low', image_out: 0, nanos: '30000000' },
  },
  'laozhang-official': {},
  'size-ignoring': {
    ...{ pixels: '1086x1448', outputTokens: 6174 },
    line: { model: 'gpt-image-2', size: '1086x1448', quality: 'high', image_out: 6174, nanos: '185260000' },
  },
  'quality-ignoring': {
    outputTokens: 134,
    line: { model: 'gpt-image-2', size: '768x1024', quality: 'low', image_out: 134, nanos: '4060000' },
  },
  'any-model': { nonsenseModel: 200, charged: 2 },
  'usage-less': { outputTokens: undefined },
  'requestid-less': { requestIds: 'on none' },
  're-encoding': { signedBy: null },
  'chatgpt-signed': { signedBy: 'ChatGPT c2pa-rs/0.36.1' },
  'auto-forcing': forced,
  'session-relay': {
    ...{ ...forced, outputTokens: undefined, requestIds: 'on none', signedBy: 'ChatGPT c2pa-rs/0.36.1' },
    ...{ nonsenseModel: 200, charged: 2 },
  },
  apiframe: { signedBy: null },
  'slow-swap-5': {},
  'slow-swap-0': {
    outputTokens: 1204,
    line: { model: 'gpt-image-2.5-flare', size: '768x1024', quality: 'high', image_out: 1204, nanos: '36160000' },
  },
}

describe('a face', () => {
  it('of every row of the table is looked at here', () => {
    expect(Object.keys(traits).filter((name) => !name.startsWith('slow-swap'))).toEqual(faceTable.map(({ name }) => name))
  })

  it.each(Object.keys(traits))('%s has its traits and is otherwise honest', async (name) => {
    expect(await seeFace(sandbox, name)).toEqual({ ...honest, ...traits[name] })
  })

  it('leaves the sandbox without a face as it is: unsigned, and else honest', async () => {
    expect(await seeFace(sandbox, null)).toEqual({ ...honest, signedBy: null })
  })

  it('gives the same bytes for the same call', async () => {
    const [first, second] = [await generateOn(sandbox, 'honest'), await generateOn(sandbox, 'honest')]
    expect(bytesOf(first.reply).equals(bytesOf(second.reply))).toBe(true)
  })
})

describe('sizes of size-ignoring', () => {
  it.each([
    ['1024x1024', '1254x1254'],
    ['768x1024', '1086x1448'],
    ['2048x1152', '1672x941'],
    ['3072x1024', '2172x724'],
    ['1536x1024', '1536x1024'],
  ])('%s becomes %s', async (size, drawn) => {
    const { reply } = await generateOn(sandbox, 'size-ignoring', { size })
    expect([reply.size, sandbox.invoice.lines().at(-1)!.size]).toEqual([size, drawn])
  })

  it('auto stays what auto becomes, and is said so', async () => {
    const { reply } = await generateOn(sandbox, 'size-ignoring', { size: 'auto' })
    expect([reply.size, sandbox.invoice.lines().at(-1)!.size]).toEqual(['1122x1402', '1122x1402'])
  })
})

describe('a price per call', () => {
  it('does not ask how many pictures there are', async () => {
    await generateOn(sandbox, 'laozhang-per-call', { n: 3 })
    expect(sandbox.invoice.lines().at(-1)).toMatchObject({ n: 3, nanos: '30000000', face: 'laozhang-per-call' })
  })
})

describe('any model', () => {
  it('leaves the models that are served what they are', async () => {
    await generateOn(sandbox, 'any-model', { model: 'gpt-image-2.5-flare' })
    expect(sandbox.invoice.lines().at(-1)).toMatchObject({ model: 'gpt-image-2.5-flare', face: 'any-model' })
  })

  it('takes a retired id, one of a foreign house and one that cannot draw, and draws with gpt-image-2', async () => {
    for (const model of ['dall-e-3', 'midjourney', 'gpt-5.4']) {
      const { response } = await generateOn(sandbox, 'any-model', { model })
      expect([response.status, sandbox.invoice.lines().at(-1)!.model]).toEqual([200, 'gpt-image-2'])
    }
  })

  it('is no main model: one that nobody serves, or that draws, is refused as ever', async () => {
    for (const [model, code] of [
      ['no-such-model-7', 'model_not_found'],
      ['gpt-image-2', 'invalid_value'],
    ]) {
      const answer = await postTo(sandbox, 'any-model', '/v1/responses', { model, input: 'Draw a cat' })
      expect([answer.status, (await answer.json()) as unknown]).toMatchObject([400, { error: { code, param: 'model' } }])
    }
  })

  it('still refuses a model that is no text, and none at all', async () => {
    for (const model of [7, undefined]) expect((await generateOn(sandbox, 'any-model', { model })).response.status).toBe(400)
  })
})
