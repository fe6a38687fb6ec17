import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../primitives/json.ts'
import type { BatchLineRequest } from '../batch-calls.ts'
import { watchedInput } from '../edit-test-kit.ts'
import { batchLine } from './batch-line.ts'

const generation: BatchLineRequest = {
  customId: 'att_1',
  operation: 'generate',
  body: { model: 'gpt-image-2', prompt: 'a cat' },
  inputs: [],
}
const edit = (...inputs: BatchLineRequest['inputs']): BatchLineRequest => ({ ...generation, operation: 'edit', inputs })

async function written(request: BatchLineRequest) {
  const line = batchLine(request)!
  const bytes = await buffer(line.open())
  expect(bytes.length).toBe(line.byteLength)
  expect(bytes.indexOf('\n')).toBe(bytes.length - 1)
  return JSON.parse(bytes.toString()) as JsonObject
}

describe('the line of a batch', () => {
  it('is a generation as its endpoint takes it', async () => {
    expect(await written(generation)).toEqual({
      custom_id: 'att_1',
      method: 'POST',
      url: '/v1/images/generations',
      body: { model: 'gpt-image-2', prompt: 'a cat' },
    })
  })

  it('is an edit in its JSON form, its pictures in the order of the call and the mask by itself', async () => {
    const inputs = [
      watchedInput(Buffer.from('one')),
      watchedInput(Buffer.from('mask'), { role: 'mask' }),
      watchedInput(Buffer.from('two'), { format: 'jpeg' }),
    ]
    expect(await written(edit(...inputs))).toEqual({
      custom_id: 'att_1',
      method: 'POST',
      url: '/v1/images/edits',
      body: {
        model: 'gpt-image-2',
        prompt: 'a cat',
        images: [{ image_url: 'data:image/png;base64,b25l' }, { image_url: 'data:image/jpeg;base64,dHdv' }],
        mask: { image_url: 'data:image/png;base64,bWFzaw==' },
      },
    })
    expect(inputs.map(({ opened, closed }) => [opened, closed])).toEqual(Array(3).fill([1, 1]))
  })

  it('is one line of JSON, whatever it holds and however pictures are cut', async () => {
    const words = fc.string({ unit: 'binary', maxLength: 60 })
    const pictures = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 200 }).map(Buffer.from), fc.integer({ min: 1, max: 50 })), {
      minLength: 1,
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(words, words, pictures, async (customId, prompt, pictures) => {
        const inputs = pictures.map(([bytes, pieceBytes]) => watchedInput(bytes, { pieceBytes }))
        const line = await written({ ...edit(...inputs), customId, body: { model: 'gpt-image-2', prompt } })
        const images = pictures.map(([bytes]) => ({ image_url: `data:image/png;base64,${bytes.toString('base64')}` }))
        expect(line).toMatchObject({ custom_id: customId, body: { prompt, images } })
      }),
    )
  })

  it('ends in an error before its end when a picture is not as long as it said', async () => {
    const short = batchLine(edit(watchedInput(Buffer.from('x'), { announcedBytes: 2 })))!
    await expect(buffer(short.open())).rejects.toThrow('shorter')
  })

  it('is none for what no line can carry, and opens no picture to say so', () => {
    const markup = watchedInput(Buffer.from('x'), { role: 'markup' })
    const long = watchedInput(Buffer.from('x'), { announcedBytes: 15_728_640 })
    const longest = watchedInput(Buffer.from('x'), { announcedBytes: 15_728_622 })
    expect([batchLine(edit(markup)), batchLine(edit(long))]).toEqual([null, null])
    expect(batchLine(edit(longest))).not.toBeNull()
    expect([markup, long].map(({ opened }) => opened)).toEqual([0, 0])
  })

  it('is refused as the mistake of its caller for a stream', () => {
    expect(() => batchLine({ ...generation, body: { ...generation.body, stream: true } })).toThrow(TypeError)
  })
})
