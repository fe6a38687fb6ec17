import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../primitives/json.ts'
import { checkEdit, type EditCheckContext } from './check-edit.ts'
import { dataUrlPlaceholder, type EditInputs } from './edit-inputs.ts'
import type { Failure } from './failure.ts'
import type { InputReference, InputRole } from './input-picture.ts'
import { ModelCatalogue } from './model-catalogue.ts'

const gateway: EditCheckContext = {
  catalogue: new ModelCatalogue(),
  atMs: Date.parse('2026-11-20T12:00:00Z'),
  transparentPreview: false,
}
const upstream: EditCheckContext = { ...gateway, as: 'upstream' }

const legalForm = { model: 'gpt-image-2', prompt: 'a cat' }
const legalJson = { ...legalForm, images: [{ image_url: 'https://pictures.example/cat.png' }] }

function part(role: InputRole, param: string = role): InputReference {
  return { role, param, from: { kind: 'bytes', source: 'upload', byteLength: 1000 } }
}

const json: EditInputs = { form: 'json', dataUrls: [] }
const multipart = (...references: InputReference[]): EditInputs => ({ form: 'multipart', references })
const oneImage = multipart(part('image'))

function refusals(body: JsonObject, inputs: EditInputs, context = gateway): Failure[] {
  const check = checkEdit(body, inputs, context)
  return check.ok ? [] : check.refusals
}

/**
 * What is changed in a legal JSON edit | type, code and param of the first refusal | its words.
 * IRE = invalid_request_error, IGUE = image_generation_user_error; every row answers 400.
 */
const table = `
without model | IRE missing_required_parameter model | Missing required parameter: 'model'.
without prompt | IRE missing_required_parameter prompt | Missing required parameter: 'prompt'.
without images | IRE missing_required_parameter images | Missing required parameter: 'images'.
{"images":null} | IRE invalid_type images | Invalid type for 'images': expected an array of objects, but got null instead.
{"images":{"file_id":"f"}} | IRE invalid_type images | Invalid type for 'images': expected an array of objects, but got an object instead.
{"images":[]} | IRE empty_array images | Invalid 'images': empty array. Expected an array with minimum length 1, but got an empty array instead.
{"images":["x"]} | IRE invalid_type images[0] | Invalid type for 'images[0]': expected an object, but got a string instead.
{"images":[{"file_id":"f"},null]} | IRE invalid_type images[1] | Invalid type for 'images[1]': expected an object, but got null instead.
{"images":[{}]} | IRE missing_required_parameter images[0] | Missing required parameter: one of 'images[0].image_url' and 'images[0].file_id'.
{"images":[{"file_id":"f","image_url":"https://a.example"}]} | IRE invalid_value images[0] | Invalid 'images[0]': 'images[0].image_url' and 'images[0].file_id' exclude each other. Give exactly one.
{"images":[{"file_id":"f","detail":"high"}]} | IRE unknown_parameter images[0].detail | Unknown parameter: 'images[0].detail'.
{"images":[{"file_id":7}]} | IRE invalid_type images[0].file_id | Invalid type for 'images[0].file_id': expected a string, but got an integer instead.
{"images":[{"file_id":""}]} | IRE empty_string images[0].file_id | Invalid 'images[0].file_id': empty string. Expected a string with minimum length 1, but got an empty string instead.
{"images":[{"image_url":{"url":"https://a.example"}}]} | IRE invalid_type images[0].image_url | Invalid type for 'images[0].image_url': expected a string, but got an object instead.
{"images":[{"image_url":null}]} | IRE invalid_type images[0].image_url | Invalid type for 'images[0].image_url': expected a string, but got null instead.
{"images":[{"image_url":"cat.png"}]} | IRE invalid_value images[0].image_url | Invalid 'images[0].image_url': expected a complete https URL or a data URL. Nothing was sent or charged.
{"images":[{"image_url":""}]} | IRE invalid_value images[0].image_url | Invalid 'images[0].image_url': expected a complete https URL or a data URL. Nothing was sent or charged.
{"images":[{"image_url":"http://a.example/cat.png"}]} | IRE invalid_image_url images[0].image_url | The URL in 'images[0].image_url' is not allowed: found a 'http:' URL, expected https or a data URL. Nothing was fetched or charged.
{"images":[{"image_url":"file:///etc/passwd"}]} | IRE invalid_image_url images[0].image_url | The URL in 'images[0].image_url' is not allowed: found a 'file:' URL, expected https or a data URL. Nothing was fetched or charged.
{"images":[{"image_url":"https://user:pass@a.example"}]} | IRE invalid_image_url images[0].image_url | The URL in 'images[0].image_url' is not allowed: it carries a user name or password. Nothing was fetched or charged.
{"images":[{"image_url":"data:"}]} | IRE invalid_value images[0].image_url | Invalid 'images[0].image_url': the data URL holds no bytes. Nothing was sent or charged.
{"images":[{"image_url":"data:image/png,abc"}]} | IRE invalid_value images[0].image_url | Invalid 'images[0].image_url': expected a data URL in base64, like 'data:image/png;base64,…'. Nothing was sent or charged.
{"mask":"x"} | IRE invalid_type mask | Invalid type for 'mask': expected an object, but got a string instead.
{"mask":{}} | IRE missing_required_parameter mask | Missing required parameter: one of 'mask.image_url' and 'mask.file_id'.
{"mask":{"image_url":"http://a.example"}} | IRE invalid_image_url mask.image_url | The URL in 'mask.image_url' is not allowed: found a 'http:' URL, expected https or a data URL. Nothing was fetched or charged.
{"image":"x"} | IRE invalid_value image | Invalid value: 'image'. A JSON body names its pictures in 'images', a list of {image_url} or {file_id}. Nothing was sent or charged.
{"image[]":[{}]} | IRE invalid_value image[] | Invalid value: 'image[]'. A JSON body names its pictures in 'images', a list of {image_url} or {file_id}. Nothing was sent or charged.
{"markup":{"file_id":"f"}} | IRE unknown_parameter markup | Unknown parameter: 'markup'.
{"svg":{"model":"m"}} | IRE unknown_parameter svg | Unknown parameter: 'svg'.
{"response_format":"b64_json"} | IRE unknown_parameter response_format | Unknown parameter: 'response_format'.
{"output_format":"svg"} | IRE invalid_value output_format | Invalid value: 'svg'. Supported values are: 'png', 'jpeg', and 'webp'.
{"output_format":"gif"} | IGUE invalid_value output_format | The model 'gpt-image-2' does not support output format 'gif'.
{"n":11} | IRE integer_above_max_value n | Invalid 'n': integer above maximum value. Expected a value <= 10, but got 11 instead.
{"stream":"yes"} | IRE invalid_type stream | Invalid type for 'stream': expected a boolean, but got a string instead.
{"size":"9x9"} | IGUE invalid_value size | Invalid size '9x9'. Width and height must both be divisible by 16.
{"input_fidelity":"high"} | IGUE invalid_input_fidelity_model input_fidelity | The model 'gpt-image-2' does not support the 'input_fidelity' parameter.
{"input_fidelity":"low","model":"gpt-image-2.5-flare"} | IGUE invalid_input_fidelity_model input_fidelity | The model 'gpt-image-2.5-flare' does not support the 'input_fidelity' parameter.
{"input_fidelity":"high","model":"gpt-image-1-mini"} | IRE invalid_value input_fidelity | Invalid value: 'high'. Supported values are: 'low'.
{"input_fidelity":"ultra"} | IRE invalid_value input_fidelity | Invalid value: 'ultra'. Supported values are: 'high' and 'low'.
{"input_fidelity":1} | IRE invalid_type input_fidelity | Invalid type for 'input_fidelity': expected one of 'high' or 'low', but got an integer instead.
`

const types: Record<string, string> = { IRE: 'invalid_request_error', IGUE: 'image_generation_user_error' }

function bodyOf(change: string): JsonObject {
  const absent = change.startsWith('without ')
    ? change.slice('without '.length)
    : change.startsWith('{"image') && !change.startsWith('{"images"')
      ? 'images'
      : ''
  const kept = Object.fromEntries(Object.entries(legalJson).filter(([name]) => name !== absent))
  return change.startsWith('{') ? { ...kept, ...JSON.parse(change) } : kept
}

const rows = table
  .trim()
  .split('\n')
  .map((line) => {
    const [change, facts, message] = line.split(' | ') as [string, string, string]
    const [type, publicCode, param] = facts.split(' ') as [string, string, string]
    return { change, body: bodyOf(change), expected: { status: 400, type: types[type], publicCode, param, message } }
  })

describe('checkEdit refuses before anything is fetched or sent', () => {
  it.each(rows)('$change', ({ body, expected }) => {
    expect(refusals(body, json)[0]).toMatchObject({ ...expected, outcome: 'not_charged', shouldRetry: false })
  })

  it.each(rows)('$change, with the same words when it plays upstream', ({ body, expected }) => {
    expect(refusals(body, json, upstream)[0]).toMatchObject(expected)
  })

  it('17 images, in either form', () => {
    const images = Array.from({ length: 17 }, (_, index) => ({ file_id: `file_${index}` }))
    const parts = multipart(...images.map((_, index) => part('image', `image[${index}]`)))
    const words = 'array too long. Expected an array with maximum length 16, but got an array with length 17 instead.'
    expect(refusals({ ...legalJson, images }, json)).toMatchObject([
      { code: 'too_many_images', publicCode: 'array_above_max_length', param: 'images', message: `Invalid 'images': ${words}` },
    ])
    expect(refusals(legalForm, parts)).toMatchObject([{ code: 'too_many_images', param: 'image', message: `Invalid 'image': ${words}` }])
  })

  it('more images than a model of the configuration takes, naming its number', () => {
    const [row] = gateway.catalogue.list(gateway.atMs)
    const catalogue = new ModelCatalogue([{ ...row!, maxInputImages: 1 }])
    const two = multipart(part('image', 'image[0]'), part('image', 'image[1]'))
    expect(refusals(legalForm, two, { ...gateway, catalogue })[0]?.message).toContain('maximum length 1, but got an array with length 2')
  })

  it('an image_url above 20,971,520 characters, whether it is an address or a data URL that was taken out', () => {
    const address = `https://a.example/${'x'.repeat(20_971_520)}`
    const dataUrls = [{ param: 'images[0].image_url', byteLength: 15_728_640 }]
    const long = { code: 'string_above_max_length', param: 'images[0].image_url' }
    expect(refusals({ ...legalJson, images: [{ image_url: address }] }, json)).toMatchObject([long])
    expect(refusals({ ...legalJson, images: [{ image_url: dataUrlPlaceholder }] }, { form: 'json', dataUrls })).toMatchObject([long])
  })

  it('a form without an image, with two masks, or with two markups', () => {
    expect(refusals(legalForm, multipart(part('mask')))).toMatchObject([{ code: 'missing_required_parameter', param: 'image' }])
    expect(refusals(legalForm, multipart(part('image'), part('mask'), part('mask')))).toMatchObject([
      { code: 'duplicate_key', param: 'mask' },
    ])
    const marked = { ...legalForm, model: 'gpt-image-2.5-flare' }
    expect(refusals(marked, multipart(part('image'), part('markup'), part('markup')))).toMatchObject([{ code: 'duplicate_key' }])
  })

  it('markup beside a mask, and on models before 2.5', () => {
    const marked = multipart(part('image'), part('markup'))
    const both = multipart(part('image'), part('mask'), part('markup'))
    expect(refusals(legalForm, marked)[0]?.message).toBe("The model 'gpt-image-2' does not support the 'markup' parameter.")
    expect(refusals({ ...legalForm, model: 'gpt-image-2.5-flare' }, marked)).toEqual([])
    expect(refusals({ ...legalForm, model: 'gpt-image-2.5-flare' }, both)).toMatchObject([{ publicCode: 'invalid_value', param: 'markup' }])
  })

  it('a mask for a gif', () => {
    const open: EditCheckContext = { ...gateway, routeCapabilities: { gatedFormats: ['gif'] } }
    const gif = { ...legalForm, model: 'gpt-image-2.6-flare', output_format: 'gif' }
    expect(refusals(gif, oneImage, open)).toEqual([])
    expect(refusals(gif, multipart(part('image'), part('mask')), open)).toMatchObject([{ publicCode: 'invalid_value', param: 'mask' }])
  })
})

describe('checkEdit keeps the order in which upstream looks', () => {
  it('names model, unknown keys, prompt, images and n before all others', () => {
    const body = { model: 'gpt-image-2', prompt: '', images: [], n: 0, size: '9x9', quality: 'ultra', foo: 1, input_fidelity: 'high' }
    expect(refusals(body, json).map((refusal) => refusal.param)).toEqual([
      'foo',
      'prompt',
      'images',
      'n',
      'quality',
      'size',
      'input_fidelity',
    ])
    expect(refusals({ ...body, model: 'nope' }, json).map((refusal) => refusal.param)).toEqual([
      'model',
      'foo',
      'prompt',
      'images',
      'n',
      'quality',
    ])
  })

  it('does so in a form too', () => {
    const body = { model: 'gpt-image-2', prompt: '', n: '0', foo: '1' }
    expect(refusals(body, multipart()).map((refusal) => refusal.param)).toEqual(['foo', 'prompt', 'image', 'n'])
  })

  it('names every reference that is wrong, in their order, then the mask', () => {
    const body: JsonObject = { ...legalJson, images: ['x', { file_id: 'f' }, {}], mask: 7 }
    expect(refusals(body, json).map((refusal) => refusal.param)).toEqual(['images[0]', 'images[2]', 'mask'])
  })
})

describe('hostile references', () => {
  it.each(['__proto__', 'constructor'])('%s in a reference is an unknown parameter', (key) => {
    const body = JSON.parse(`{"model":"gpt-image-2","prompt":"a cat","images":[{"file_id":"f","${key}":{}}]}`) as JsonObject
    expect(refusals(body, json)[0]).toMatchObject({ code: 'unknown_parameter', param: `images[0].${key}` })
  })

  it('a megabyte in an address comes back as a short sentence', () => {
    const long = 'x'.repeat(900_000)
    for (const image_url of [long, `${long}://a.example`, `http://${long}`, `data:${long}`]) {
      expect(refusals({ ...legalJson, images: [{ image_url }] }, json)[0]?.message.length).toBeLessThan(250)
    }
  })
})
