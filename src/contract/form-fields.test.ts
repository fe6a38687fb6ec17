import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filePartRole } from './edit-inputs.ts'
import { Failure } from './failure.ts'
import { typeFormFields } from './form-fields.ts'

const read = (...fields: [string, string][]) => typeFormFields(fields)

describe('typeFormFields', () => {
  it('reads a form as the JSON body of the same call', () => {
    expect(
      read(
        ['model', 'gpt-image-2'],
        ['prompt', '2'],
        ['n', '2'],
        ['output_compression', '0'],
        ['partial_images', '-1'],
        ['stream', 'false'],
        ['size', '1024x1024'],
        ['user', 'true'],
        ['darkroom', '{"mask":"strict"}'],
        ['foo', '1'],
      ),
    ).toEqual({
      model: 'gpt-image-2',
      prompt: '2',
      n: 2,
      output_compression: 0,
      partial_images: -1,
      stream: false,
      size: '1024x1024',
      user: 'true',
      darkroom: { mask: 'strict' },
      foo: '1',
    })
  })

  it.each([
    ['true', true],
    ['True', true],
    ['TRUE', true],
    ['false', false],
    ['False', false],
    ['FALSE', false],
    ['1', '1'],
    ['yes', 'yes'],
    [' true', ' true'],
    ['null', 'null'],
  ])('reads stream %j as %j', (text, value) => {
    expect(read(['stream', text])).toEqual({ stream: value })
  })

  it.each(['two', '1.5', '1e1', '0x2', '02', '-0', '+2', ' 2', '2 ', '２', '99999999999999999999', 'NaN'])(
    'leaves n=%j a text, for the rule of n to refuse',
    (text) => {
      expect(read(['n', text])).toEqual({ n: text })
    },
  )

  it.each(['null', '[]', '{', 'strict', '{"a":1}x'])('leaves darkroom=%j a text where it is no object', (text) => {
    expect(read(['darkroom', text])).toEqual({ darkroom: text })
  })

  it('refuses a doubled key inside darkroom, as in a JSON body', () => {
    expect(read(['darkroom', '{"mask":"guide","mask":"strict"}'])).toMatchObject({ code: 'duplicate_key', param: 'darkroom' })
  })

  it('leaves out optional fields that are empty, and no others', () => {
    expect(read(['model', ''], ['prompt', ''], ['n', ''], ['quality', ''], ['darkroom', ''], ['mask', ''], ['foo', ''])).toEqual({
      model: '',
      prompt: '',
      foo: '',
    })
  })

  it('refuses a field that comes twice, even when one is empty', () => {
    expect(read(['n', '1'], ['prompt', 'a'], ['n', '1'])).toMatchObject({ code: 'duplicate_key', param: 'n' })
    expect(read(['n', ''], ['n', '1'])).toMatchObject({ code: 'duplicate_key', param: 'n' })
  })

  it.each(['image', 'image[]', 'image[0]', 'mask', 'markup'])('refuses a text called %s, because a file belongs there', (name) => {
    expect(read([name, 'https://a.example/cat.png'])).toMatchObject({
      code: 'invalid_type',
      param: name,
      message: `Invalid type for '${name}': expected a file, but got a string instead. Nothing was sent or charged; send the picture itself, with a filename.`,
    })
  })

  it.each(['images', 'images[]', 'images[2]'])('refuses %s with the right name', (name) => {
    expect(read([name, '[]'])).toMatchObject({ code: 'invalid_value', param: name, message: expect.stringContaining("named 'image'") })
  })

  it('keeps __proto__ a plain unknown name', () => {
    const body = read(['__proto__', 'x'])
    expect(Object.keys(body)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype)
  })

  it('never throws, and gives every name at most once', () => {
    const name = fc.oneof(fc.constantFrom('n', 'stream', 'darkroom', 'image', 'images[]', 'prompt', '__proto__'), fc.string())
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string({ unit: 'binary' }))), (fields) => {
        const body = typeFormFields(fields)
        return body instanceof Failure || Object.keys(body).length <= new Set(fields.map(([field]) => field)).size
      }),
    )
  })
})

describe('filePartRole', () => {
  it.each([
    ['image', 'image'],
    ['image[]', 'image'],
    ['image[0]', 'image'],
    ['image[15]', 'image'],
    ['mask', 'mask'],
    ['markup', 'markup'],
  ])('%s is the role %s', (name, role) => {
    expect(filePartRole(name)).toBe(role)
  })

  it.each([
    ['images', 'invalid_value'],
    ['images[]', 'invalid_value'],
    ['file', 'unexpected_file_part'],
    ['image[a]', 'unexpected_file_part'],
    ['Image', 'unexpected_file_part'],
    ['', 'unexpected_file_part'],
    ['x'.repeat(5000), 'unexpected_file_part'],
  ])('%s is refused as %s', (name, code) => {
    const refusal = filePartRole(name)
    expect(refusal).toMatchObject({ code, outcome: 'not_charged' })
    expect(refusal instanceof Failure && refusal.message.length < 300).toBe(true)
  })
})
