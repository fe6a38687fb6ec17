import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dataUrlPlaceholder } from '../../contract/image-url.ts'
import type { JsonObject } from '../../primitives/json.ts'
import { type InputOptions, watchedInput } from '../edit-test-kit.ts'
import type { ProviderInput } from '../image-provider.ts'
import { jsonBodyWithInputs } from './json-body.ts'

const inputAt = (place: string, content: Buffer, options: InputOptions = {}) => Object.assign(watchedInput(content, options), { place })

function open(body: JsonObject, inputs: readonly ProviderInput[]) {
  const made = jsonBodyWithInputs(body, inputs)
  if (Buffer.isBuffer(made)) throw new Error('a body with inputs is read while it is sent')
  return made
}

describe('a JSON body with inputs', () => {
  it('is the text of the document with base64 in the places of the placeholders', async () => {
    const body = { model: 'gpt-5.4', input: [{ image_url: dataUrlPlaceholder }, 'data:', null, 1e21, true], 'a"b': {} }
    const bytes = await buffer(open(body, [inputAt('input[0].image_url', Buffer.from('PNG!'))]).open())
    expect(bytes.toString()).toBe(
      '{"model":"gpt-5.4","input":[{"image_url":"data:image/png;base64,UE5HIQ=="},"data:",null,1e+21,true],"a\\"b":{}}',
    )
  })

  it('reads no input before it is sent', () => {
    const input = inputAt('mask', Buffer.from('PNG'))
    jsonBodyWithInputs({ mask: dataUrlPlaceholder }, [input])
    expect(input.opened).toBe(0)
  })

  it('is as long as it says and is read back as it was, whatever is in it and however inputs are cut', async () => {
    const contents = fc.array(fc.tuple(fc.uint8Array({ maxLength: 400 }).map(Buffer.from), fc.integer({ min: 1, max: 50 })), {
      minLength: 1,
      maxLength: 4,
    })
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.string({ unit: 'binary' }), contents, async (value, name, contents) => {
        const urls = contents.map(() => ({ image_url: dataUrlPlaceholder }))
        const around = { [`x${name}`]: value as JsonObject, text: dataUrlPlaceholder, urls }
        const inputs = contents.map(([content, pieceBytes], index) => inputAt(`urls[${index}].image_url`, content, { pieceBytes }))
        const { byteLength, open: read } = open(around, inputs)
        const bytes = await buffer(read())
        expect(bytes.length).toBe(byteLength)
        const expected = contents.map(([content]) => ({ image_url: `data:image/png;base64,${content.toString('base64')}` }))
        expect(bytes.toString()).toBe(JSON.stringify({ ...around, urls: expected }))
      }),
    )
  })

  it('ends in an error before its closing brace when an input is not as long as it said', async () => {
    const announced = (announcedBytes: number) =>
      open({ mask: dataUrlPlaceholder }, [inputAt('mask', Buffer.from('PNG'), { announcedBytes })]).open()
    await expect(buffer(announced(4))).rejects.toThrow('shorter')
    await expect(buffer(announced(2))).rejects.toThrow('longer')
  })

  it.each<[string, JsonObject, ProviderInput[]]>([
    ['has no placeholder', { mask: 'https://a.example/m.png' }, [inputAt('mask', Buffer.from('x'))]],
    ['does not exist', { mask: dataUrlPlaceholder }, [inputAt('masks[0]', Buffer.from('x'))]],
    ['is shared', { mask: dataUrlPlaceholder }, [inputAt('mask', Buffer.from('x')), inputAt('mask', Buffer.from('y'))]],
    ['is not told', { mask: dataUrlPlaceholder }, [watchedInput(1)]],
  ])('is refused as the caller’s mistake when the place of an input %s', (_case, body, inputs) => {
    expect(() => jsonBodyWithInputs(body, inputs)).toThrow(TypeError)
  })
})
