import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { whenOver } from '../response-test-kit.ts'
import { errorOf, quickSandbox } from '../sandbox-test-kit.ts'
import type { Sandbox } from '../start-sandbox.ts'
import { bytesOf, generateOn, postTo, signerIn } from './face-test-kit.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

const lastLine = () => sandbox.invoice.lines().at(-1)!
const withWords = (words: string) => ({ prompt: `a cat [[sandbox: ${words}]]` })

describe('a marker on a face', () => {
  it('wins where the face says something else', async () => {
    const { reply } = await generateOn(sandbox, 'quality-ignoring', { ...withWords('quality=medium'), quality: 'high' })
    expect([reply.quality, lastLine().quality]).toEqual(['high', 'medium'])
    expect((await generateOn(sandbox, 'usage-less', withWords('usage=huge'))).reply.usage!.output_tokens).toBe(1e12)
    expect((await generateOn(sandbox, 'auto-forcing', withWords('format=webp'))).reply.output_format).toBe('webp')
    expect((await generateOn(sandbox, 'auto-forcing', withWords('lie'))).reply).toMatchObject({ size: '1024x1024', quality: 'low' })
    await generateOn(sandbox, 'size-ignoring', withWords('size=512x512'))
    expect(lastLine().size).toBe('512x512')
  })

  it('leaves the traits it says nothing about', async () => {
    const { reply } = await generateOn(sandbox, 'usage-less', withWords('model=gpt-9'))
    expect(reply).toMatchObject({ model: 'gpt-9' })
    expect(reply).not.toHaveProperty('usage')
    expect(signerIn(bytesOf(reply))).toBe('OpenAI-API c2pa-rs/0.36.1')
  })

  it('fails the call in the face’s manner, for free', async () => {
    const before = sandbox.invoice.totals()
    const { response, reply } = await generateOn(sandbox, 'requestid-less', withWords('status=503'))
    expect([response.status, response.headers.get('x-request-id'), reply.error!.code]).toEqual([503, null, null])
    expect(sandbox.invoice.totals()).toEqual(before)
  })

  it('that is none is refused as without a face', async () => {
    expect(
      await errorOf(postTo(sandbox, 'honest', '/v1/images/generations', { model: 'gpt-image-2', ...withWords('cutt=1') })),
    ).toMatchObject({ status: 400, code: 'sandbox_unknown_fault' })
  })

  it('charges a failure at the price of the face', async () => {
    await generateOn(sandbox, 'laozhang-per-call', withWords('status=500, charged'))
    expect(lastLine()).toMatchObject({ charged_at_phase: 'failure_answer', nanos: '30000000' })
  })
})

describe('an armed fault', () => {
  it('wins over a face, and a marker over both', async () => {
    sandbox.faults.arm({ fault: 'quality=medium, usage=negative', times: 2 })
    const armed = await generateOn(sandbox, 'session-relay', { quality: 'high' })
    expect([lastLine().quality, armed.reply.usage!.output_tokens < 0]).toEqual(['medium', true])
    await generateOn(sandbox, 'session-relay', withWords('quality=high'))
    expect(lastLine().quality).toBe('high')
  })
})

describe('slow-swap-N', () => {
  const asked = { quality: 'high' }
  const modelsOf = (face: string) =>
    sandbox.invoice
      .lines()
      .filter((line) => line.face === face)
      .map(({ model }) => model.replace('gpt-image-', ''))

  it('works as asked for N charged calls, then lets a cheaper model work and says what was asked', async () => {
    const replies = []
    for (let call = 0; call < 4; call += 1) replies.push((await generateOn(sandbox, 'slow-swap-2', asked)).reply)
    expect(replies.map(({ usage }) => usage!.output_tokens)).toEqual([7024, 7024, 1756, 1756])
    expect(replies).toMatchObject(replies.map(() => ({ size: '1024x1024', quality: 'high', output_format: 'png' })))
    expect(modelsOf('slow-swap-2')).toEqual(['2', '2', '2.5-flare', '2.5-flare'])
  })

  it('says what auto would have been, where the swapped model decides for itself', async () => {
    const { reply } = await generateOn(sandbox, 'slow-swap-0', { size: 'auto', quality: 'auto' })
    expect([reply.size, reply.quality, lastLine().quality]).toEqual(['1122x1402', 'low', 'medium'])
  })

  it('counts neither refused calls nor free ones, and each name by itself', async () => {
    await generateOn(sandbox, 'slow-swap-1', { size: '17x17' })
    await generateOn(sandbox, 'slow-swap-1', withWords('status=503'))
    await generateOn(sandbox, 'slow-swap-1', withWords('free'))
    await generateOn(sandbox, 'slow-swap-10', asked)
    await generateOn(sandbox, 'slow-swap-1', asked)
    await generateOn(sandbox, 'slow-swap-1', asked)
    expect(modelsOf('slow-swap-1')).toEqual(['2', '2.5-flare'])
    expect(modelsOf('slow-swap-10')).toEqual(['2'])
  })

  it('gives back the place of a call that was refused after its script was read', async () => {
    await using limited = await quickSandbox({ limits: { imagesPerMinute: 1 } })
    const tooMany = await generateOn(limited, 'slow-swap-1', { n: 2 })
    expect(tooMany.response.status).toBe(429)
    const unfit = await generateOn(limited, 'slow-swap-1', withWords('swap=gpt-9'))
    expect(unfit.response.status).toBe(400)
    await generateOn(limited, 'slow-swap-1', asked)
    expect(limited.invoice.lines().map(({ model }) => model)).toEqual(['gpt-image-2'])
  })

  it('is honest for exactly N of the calls that come at once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => generateOn(sandbox, 'slow-swap-3', asked)))
    expect(modelsOf('slow-swap-3').toSorted()).toEqual([...Array(3).fill('2'), ...Array(5).fill('2.5-flare')])
  })

  it('counts responses, those in the background as soon as they are taken', async () => {
    await using own = await quickSandbox()
    const order = { model: 'gpt-5.4', input: 'Draw a cat', background: true, tools: [{ type: 'image_generation', quality: 'high' }] }
    for (let turn = 0; turn < 2; turn += 1) {
      const answer = await postTo(own, 'slow-swap-1', '/v1/responses', order)
      await whenOver(own, ((await answer.json()) as { id: string }).id)
    }
    const tools = own.invoice.lines().filter(({ book }) => book === 'image_tool')
    expect(tools.map(({ model, face }) => [model, face])).toEqual([
      ['gpt-image-2', 'slow-swap-1'],
      ['gpt-image-2.5-flare', 'slow-swap-1'],
    ])
  })
})
