import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../primitives/json.ts'
import { checkGeneration, type GenerationCheckContext } from './check-generation.ts'
import type { Failure } from './failure.ts'
import { ModelCatalogue } from './model-catalogue.ts'

const onLaunchWeek = Date.parse('2026-11-20T12:00:00Z')
const gateway: GenerationCheckContext = { catalogue: new ModelCatalogue(), atMs: onLaunchWeek, transparentPreview: false }
const upstream: GenerationCheckContext = { ...gateway, as: 'upstream' }

const legal = { model: 'gpt-image-2', prompt: 'a cat' }

function refusals(body: JsonObject, context = gateway): Failure[] {
  const check = checkGeneration(body, context)
  return check.ok ? [] : check.refusals
}

/**
 * What is changed in a legal request | type, code and param of the first refusal | its words.
 * IRE = invalid_request_error, IGUE = image_generation_user_error; every row answers 400.
 */
const table = `
without model | IRE missing_required_parameter model | Missing required parameter: 'model'.
{"model":"foo"} | IGUE invalid_value model | The model 'foo' does not exist.
{"model":""} | IGUE invalid_value model | The model '' does not exist.
{"model":"gpt-image-2.5"} | IGUE invalid_value model | The model 'gpt-image-2.5' does not exist.
{"model":123} | IRE invalid_type model | Invalid type for 'model': expected a string, but got an integer instead.
{"model":null} | IRE invalid_type model | Invalid type for 'model': expected a string, but got null instead.
without prompt | IRE missing_required_parameter prompt | Missing required parameter: 'prompt'.
{"prompt":""} | IRE empty_string prompt | Invalid 'prompt': empty string. Expected a string with minimum length 1, but got an empty string instead.
{"prompt":null} | IRE invalid_type prompt | Invalid type for 'prompt': expected a string, but got null instead.
{"prompt":["a cat"]} | IRE invalid_type prompt | Invalid type for 'prompt': expected a string, but got an array instead.
{"n":0} | IRE integer_below_min_value n | Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.
{"n":-1} | IRE integer_below_min_value n | Invalid 'n': integer below minimum value. Expected a value >= 1, but got -1 instead.
{"n":11} | IRE integer_above_max_value n | Invalid 'n': integer above maximum value. Expected a value <= 10, but got 11 instead.
{"n":9007199254740994} | IRE integer_above_max_value n | Invalid 'n': integer above maximum value. Expected a value <= 10, but got 9007199254740994 instead.
{"n":1.5} | IRE invalid_type n | Invalid type for 'n': expected an integer, but got a decimal number instead.
{"n":"2"} | IRE invalid_type n | Invalid type for 'n': expected an integer, but got a string instead.
{"n":true} | IRE invalid_type n | Invalid type for 'n': expected an integer, but got a boolean instead.
{"n":1e400} | IRE invalid_type n | Invalid type for 'n': expected an integer, but got a decimal number instead.
{"n":-0} | IRE invalid_type n | Invalid type for 'n': expected an integer, but got negative zero instead.
{"quality":"ultra"} | IRE invalid_value quality | Invalid value: 'ultra'. Supported values are: 'low', 'medium', 'high', and 'auto'.
{"quality":"hd"} | IRE invalid_value quality | Invalid value: 'hd'. Supported values are: 'low', 'medium', 'high', and 'auto'.
{"quality":"ultra","model":"gpt-image-2.5-flare"} | IRE invalid_value quality | Invalid value: 'ultra'. Supported values are: 'low', 'medium', 'high', 'xhigh', 'max', and 'auto'.
{"quality":1} | IRE invalid_type quality | Invalid type for 'quality': expected one of 'low', 'medium', 'high', or 'auto', but got an integer instead.
{"quality":["low"]} | IRE invalid_type quality | Invalid type for 'quality': expected one of 'low', 'medium', 'high', or 'auto', but got an array instead.
{"quality":"max"} | IGUE invalid_value quality | The model 'gpt-image-2' does not support quality 'max'.
{"quality":"xhigh"} | IGUE invalid_value quality | The model 'gpt-image-2' does not support quality 'xhigh'.
{"size":"9x9"} | IGUE invalid_value size | Invalid size '9x9'. Width and height must both be divisible by 16.
{"size":"bogus"} | IGUE invalid_value size | Invalid size 'bogus'. Expected WIDTHxHEIGHT, for example '1824x1024'.
{"size":"0x0"} | IGUE invalid_value size | Invalid size '0x0'. Expected WIDTHxHEIGHT, for example '1824x1024'.
{"size":"4096x4096"} | IGUE invalid_value size | Invalid size '4096x4096'. The longest edge must be less than or equal to 3840.
{"size":"800x800"} | IGUE invalid_value size | Invalid size '800x800'. Requested resolution is below the current minimum pixel budget.
{"size":"3008x3008"} | IGUE invalid_value size | Invalid size '3008x3008'. Requested resolution exceeds the current pixel budget.
{"size":123} | IRE invalid_type size | Invalid type for 'size': expected a string, but got an integer instead.
{"size":"1280x720","model":"gpt-image-1-mini"} | IRE invalid_value size | Invalid value: '1280x720'. Supported values are: '1024x1024', '1536x1024', '1024x1536', and 'auto'.
{"output_format":"webp","output_compression":101} | IRE integer_above_max_value output_compression | Invalid 'output_compression': integer above maximum value. Expected a value <= 100, but got 101 instead.
{"output_format":"webp","output_compression":-1} | IRE integer_below_min_value output_compression | Invalid 'output_compression': integer below minimum value. Expected a value >= 0, but got -1 instead.
{"output_format":"png","output_compression":80} | IGUE invalid_png_output_compression null | Compression less than 100 is not supported for PNG output format
{"output_compression":80} | IGUE invalid_png_output_compression null | Compression less than 100 is not supported for PNG output format
{"output_format":"html"} | IRE invalid_value output_format | Invalid value: 'html'. Supported values are: 'png', 'jpeg', and 'webp'.
{"output_format":"gif"} | IGUE invalid_value output_format | The model 'gpt-image-2' does not support output format 'gif'.
{"background":"red"} | IRE invalid_value background | Invalid value: 'red'. Supported values are: 'transparent', 'opaque', and 'auto'.
{"background":"transparent","output_format":"jpeg","model":"gpt-image-2.5-flare"} | IGUE invalid_value background | Transparent background is not supported for output format 'jpeg'. Use png or webp.
{"stream":true,"partial_images":4} | IRE integer_above_max_value partial_images | Invalid 'partial_images': integer above maximum value. Expected a value <= 3, but got 4 instead.
{"stream":true,"partial_images":-1} | IRE integer_below_min_value partial_images | Invalid 'partial_images': integer below minimum value. Expected a value >= 0, but got -1 instead.
{"stream":"yes"} | IRE invalid_type stream | Invalid type for 'stream': expected a boolean, but got a string instead.
{"stream":"true"} | IRE invalid_type stream | Invalid type for 'stream': expected a boolean, but got a string instead.
{"moderation":"off"} | IRE invalid_value moderation | Invalid value: 'off'. Supported values are: 'auto' and 'low'.
{"response_format":"b64_json"} | IRE unknown_parameter response_format | Unknown parameter: 'response_format'.
{"response_format":null} | IRE unknown_parameter response_format | Unknown parameter: 'response_format'.
{"style":"vivid"} | IRE unknown_parameter style | Unknown parameter: 'style'.
{"input_fidelity":"high"} | IRE unknown_parameter input_fidelity | Unknown parameter: 'input_fidelity'.
{"images":[]} | IRE unknown_parameter images | Unknown parameter: 'images'.
{"mask":{}} | IRE unknown_parameter mask | Unknown parameter: 'mask'.
{"foo":1} | IRE unknown_parameter foo | Unknown parameter: 'foo'.
{"api_base":"https://evil.example"} | IRE unknown_parameter api_base | Unknown parameter: 'api_base'.
{"user":null} | IRE invalid_type user | Invalid type for 'user': expected a string, but got null instead.
{"complexity":"high","model":"gpt-image-1-mini"} | IGUE invalid_value complexity | The model 'gpt-image-1-mini' does not support the 'complexity' parameter.
{"frame_count":4} | IGUE invalid_value frame_count | The parameter 'frame_count' is only for output format 'gif'.
`

const types: Record<string, string> = { IRE: 'invalid_request_error', IGUE: 'image_generation_user_error' }

function bodyOf(change: string): JsonObject {
  if (!change.startsWith('without ')) return { ...legal, ...JSON.parse(change) }
  return Object.fromEntries(Object.entries(legal).filter(([name]) => name !== change.slice('without '.length)))
}

const rows = table
  .trim()
  .split('\n')
  .map((line) => {
    const [change, facts, message] = line.split(' | ') as [string, string, string]
    const [type, publicCode, param] = facts.split(' ') as [string, string, string]
    return {
      change,
      body: bodyOf(change),
      expected: { status: 400, type: types[type], publicCode, param: param === 'null' ? null : param, message },
    }
  })

describe('checkGeneration refuses before any upstream byte', () => {
  it.each(rows)('$change', ({ body, expected }) => {
    expect(refusals(body)[0]).toMatchObject({ ...expected, outcome: 'not_charged', shouldRetry: false })
  })

  it.each(rows)('$change, with the same words when it plays upstream', ({ body, expected }) => {
    expect(refusals(body, upstream)[0]).toMatchObject(expected)
  })

  it('a prompt of 32,001 characters', () => {
    expect(refusals({ ...legal, prompt: '猫'.repeat(32_001) })).toMatchObject([
      {
        code: 'string_above_max_length',
        param: 'prompt',
        message:
          "Invalid 'prompt': string too long. Expected a string with maximum length 32000, but got a string with length 32001 instead.",
      },
    ])
  })

  it('a user of 513 characters', () => {
    expect(refusals({ ...legal, user: 'u'.repeat(513) })).toMatchObject([{ code: 'string_above_max_length', param: 'user' }])
  })
})

describe('checkGeneration keeps the order in which upstream looks', () => {
  it('names an unknown key before n', () => {
    const codes = refusals({ ...legal, n: 0, foo: 1 }).map((refusal) => refusal.publicCode)
    expect(codes).toEqual(['unknown_parameter', 'integer_below_min_value'])
  })

  it('collects model, unknown keys, prompt, n, shapes of the others, then the rules of the model', () => {
    const body = { model: 'gpt-image-2', prompt: '', n: 11, size: '9x9', quality: 'max', moderation: 'off', foo: 1 }
    expect(refusals(body).map((refusal) => refusal.param)).toEqual(['foo', 'prompt', 'n', 'moderation', 'quality', 'size'])
    expect(refusals({ ...body, model: 'nope' }).map((refusal) => refusal.param)).toEqual(['model', 'foo', 'prompt', 'n', 'moderation'])
  })

  it('names quality before output_compression before size', () => {
    const wrongShapes = { ...legal, quality: 'ultra', output_compression: 101, size: 7 }
    const wrongForModel = { ...legal, quality: 'max', output_compression: 80, size: '9x9' }
    expect(refusals(wrongShapes).map((refusal) => refusal.param)).toEqual(['quality', 'output_compression', 'size'])
    expect(refusals(wrongForModel).map((refusal) => refusal.code)).toEqual([
      'unsupported_quality',
      'invalid_png_output_compression',
      'invalid_size',
    ])
  })

  it('does not blame a combination on a field that was refused already', () => {
    expect(refusals({ ...legal, output_format: 'html', output_compression: 80 }).map((refusal) => refusal.param)).toEqual(['output_format'])
  })

  it('names at most 32 unknown keys, however many there are', () => {
    const keys = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, 1]))
    expect(refusals({ ...legal, ...keys })).toHaveLength(32)
  })
})

describe('hostile text', () => {
  it.each([
    ['half a surrogate pair', '\ud800 cat'],
    ['a NUL', 'cat\0dog'],
  ])('%s in the prompt is refused without echoing it', (_title, prompt) => {
    const [refusal] = refusals({ ...legal, prompt })
    expect(refusal).toMatchObject({ code: 'invalid_prompt', param: 'prompt' })
    expect(refusal?.message).not.toContain('cat')
  })

  it('a megabyte in a refused value comes back as a hundred characters', () => {
    const long = 'x'.repeat(900_000)
    for (const body of [
      { ...legal, model: long },
      { ...legal, size: long },
      { ...legal, quality: long },
      { ...legal, [long]: 1 },
    ]) {
      expect(refusals(body)[0]?.message.length).toBeLessThan(250)
      expect((refusals(body)[0]?.param ?? '').length).toBeLessThanOrEqual(100)
    }
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is an unknown parameter and touches no prototype', (key) => {
    const body = JSON.parse(`{"model":"gpt-image-2","prompt":"a cat","${key}":{"n":10}}`) as JsonObject
    expect(refusals(body)[0]).toMatchObject({ code: 'unknown_parameter', param: key })
    expect(({} as JsonObject)['n']).toBeUndefined()
  })

  it('inherited members of the body do not count as given', () => {
    const body = Object.create({ n: 11, model: 'foo' }, { prompt: { value: 'a cat', enumerable: true } }) as JsonObject
    expect(refusals(body).map((refusal) => refusal.code)).toEqual(['missing_required_parameter'])
  })
})
