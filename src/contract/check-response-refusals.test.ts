import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../primitives/json.ts'
import { acceptResponse, checkResponse } from './check-response.ts'
import { parseDarkroomHeaders } from './darkroom-headers.ts'
import { Failure } from './failure.ts'
import { inputLimits } from './input-limits.ts'
import { MainModelCatalogue } from './main-model-catalogue.ts'
import { ModelCatalogue } from './model-catalogue.ts'
import type { ResponseCheckContext } from './response-check-context.ts'

const gateway: ResponseCheckContext = {
  catalogue: new ModelCatalogue(),
  mainModels: new MainModelCatalogue(),
  atMs: Date.parse('2026-11-20T12:00:00Z'),
  transparentPreview: false,
}
const upstream: ResponseCheckContext = { ...gateway, as: 'upstream' }
const nothing = { dataUrls: [] }

function refusals(body: JsonObject, context = gateway): Failure[] {
  const check = checkResponse(body, nothing, context)
  return check.ok ? [] : check.refusals
}

const legal = { model: 'gpt-5.4', input: 'a cat', tools: [{ type: 'image_generation' }] }
const withTool = (tool: JsonObject) => ({ ...legal, tools: [{ type: 'image_generation', ...tool }] })

/** What the body has in place of a legal call's | code and param of the first refusal | its words. */
const bodies = `
{"model":null} | missing_required_parameter model | Missing required parameter: 'model'.
{"model":7} | invalid_type model | Invalid type for 'model': expected a string, but got an integer instead.
{"model":""} | model_not_found model | The model '' does not exist.
{"input":null} | missing_required_parameter input | Missing required parameter: 'input'.
{"input":7} | invalid_type input | Invalid type for 'input': expected a string or an array, but got an integer instead.
{"input":["x"]} | invalid_type input[0] | Invalid type for 'input[0]': expected an object, but got a string instead.
{"input":[{"role":"user","content":[{"type":"input_image"}]}]} | missing_required_parameter input[0].content[0] | Missing required parameter: one of 'input[0].content[0].image_url' and 'input[0].content[0].file_id'.
{"input":[{"role":"user","content":[{"type":"input_image","image_url":"https://a.example/x","file_id":"f"}]}]} | invalid_value input[0].content[0] | exclude each other
{"input":[{"role":"user","content":[{"type":"input_image","image_url":"http://a.example/x"}]}]} | url_not_allowed input[0].content[0].image_url | found a 'http:' URL
{"input":[{"type":"image_generation_call"}]} | invalid_type input[0].id | Invalid type for 'input[0].id': expected a string, but got null instead.
{"input":[{"type":"image_generation_call","id":""}]} | empty_string input[0].id | Invalid 'input[0].id': empty string.
{"stream":"yes"} | invalid_type stream | Invalid type for 'stream': expected a boolean, but got a string instead.
{"background":1} | invalid_type background | expected a boolean
{"background":true,"store":false} | unsupported_combination store | A background response must be stored
{"previous_response_id":""} | empty_string previous_response_id | empty string
{"previous_response_id":"resp_1","conversation":"conv_1"} | unsupported_combination previous_response_id | exclude each other
{"conversation":{}} | invalid_type conversation.id | expected a string
{"reasoning":"high"} | invalid_type reasoning | expected an object
{"reasoning":{"effort":"huge"}} | invalid_value reasoning.effort | Invalid value: 'huge'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', and 'max'.
{"user":null} | invalid_type user | expected a string
{"tools":{}} | invalid_type tools | Invalid type for 'tools': expected an array of objects, but got an object instead.
{"tools":[7]} | invalid_type tools[0] | expected an object
{"tools":[{"type":"image_generation"},{"type":"web_search"},{"type":"image_generation"}]} | invalid_value tools[2] | found a second tool of type 'image_generation'
{"tool_choice":"always"} | invalid_value tool_choice | Supported values are: 'none', 'auto', and 'required'.
{"tool_choice":7} | invalid_type tool_choice | or an object
{"tool_choice":{}} | missing_required_parameter tool_choice.type | Missing required parameter: 'tool_choice.type'.
{"tools":[],"tool_choice":{"type":"image_generation"}} | invalid_value tool_choice | Tool choice 'image_generation' not found in 'tools' parameter.
{"darkroom":{"maks":"strict"}} | unknown_parameter darkroom.maks | Unknown parameter: 'darkroom.maks'.
{"darkroom":{"mask":"strict"}} | strict_mask_impossible mask | POST /v1/images/edits
{"darkroom":{"mask_mode":"luminance"}} | unsupported_combination darkroom.mask_mode | is for the Image API only
{"darkroom":{"feather_px":4}} | unsupported_combination darkroom.feather_px | is for the Image API only
{"darkroom":{"protect":[{"x":0,"y":0,"width":8,"height":8}]}} | unsupported_combination darkroom.protect | is for the Image API only
{"darkroom":{"subject":{"x":0,"y":0,"width":8,"height":8}}} | unsupported_combination darkroom.subject | is for the Image API only
{"darkroom":{"rights":["ours"]}} | invalid_value darkroom.rights | found 1 notes, expected at most one for each of the 0 images
`

/** A tool's fields | code and param of the first refusal | its words. */
const tools = `
{"model":"gpt-5.4"} | model_not_found tools[0].model | The model 'gpt-5.4' does not exist.
{"model":7} | invalid_type tools[0].model | Invalid type for 'tools[0].model': expected a string, but got an integer instead.
{"model":"gpt-image-1"} | model_retired tools[0].model | Use 'gpt-image-2.5-sunburst' instead.
{"n":1} | unknown_parameter tools[0].n | The tool draws one picture a call.
{"prompt":"x"} | unknown_parameter tools[0].prompt | Unknown parameter: 'tools[0].prompt'.
{"stream":true} | unknown_parameter tools[0].stream | Unknown parameter: 'tools[0].stream'.
{"action":"draw"} | invalid_value tools[0].action | Supported values are: 'auto', 'generate', and 'edit'.
{"size":7} | invalid_type tools[0].size | expected a string
{"size":"1920x1080"} | invalid_size tools[0].size | Width and height must both be divisible by 16.
{"size":"1920x1072","model":"gpt-image-1.5"} | invalid_value tools[0].size | Supported values are: '1024x1024'
{"quality":"ultra"} | invalid_value tools[0].quality | Invalid value: 'ultra'.
{"quality":"max"} | unsupported_quality tools[0].quality | does not support quality 'max'
{"background":"transparent"} | unsupported_background tools[0].background | or call the Image API with x-darkroom-transparency: key.
{"background":"transparent","output_format":"jpeg","model":"gpt-image-2.5-flare"} | unsupported_background tools[0].background | Use png or webp.
{"output_format":"bmp"} | invalid_value tools[0].output_format | Invalid value: 'bmp'.
{"output_format":"gif"} | unsupported_output_format tools[0].output_format | does not support output format 'gif'
{"output_compression":101} | integer_above_max_value tools[0].output_compression | Invalid 'tools[0].output_compression'
{"output_compression":80} | invalid_png_output_compression null | Compression less than 100 is not supported for PNG output format
{"moderation":"off"} | invalid_value tools[0].moderation | Invalid value: 'off'.
{"partial_images":4} | integer_above_max_value tools[0].partial_images | Expected a value <= 3
{"input_fidelity":"high"} | invalid_input_fidelity_model tools[0].input_fidelity | does not support the 'input_fidelity' parameter
{"complexity":"xhigh"} | invalid_value tools[0].complexity | Invalid value: 'xhigh'.
{"complexity":"low","model":"gpt-image-1.5"} | unsupported_combination tools[0].complexity | does not support the 'complexity' parameter
{"frame_count":9} | unsupported_combination tools[0].frame_count | only for output format 'gif'
{"svg":{}} | unsupported_combination tools[0].svg | only for output format 'svg'
{"svg":{"modle":"x"}} | unknown_parameter tools[0].svg.modle | Unknown parameter: 'tools[0].svg.modle'.
{"svg":{"reasoning":{"effort":"huge"}}} | invalid_value tools[0].svg.reasoning.effort | Invalid value: 'huge'.
{"input_image_mask":{}} | missing_required_parameter tools[0].input_image_mask | one of 'tools[0].input_image_mask.image_url' and 'tools[0].input_image_mask.file_id'
{"input_image_mask":"x"} | invalid_type tools[0].input_image_mask | expected an object
{"input_image_mask":{"image_url":"x","file_id":"y"}} | invalid_value tools[0].input_image_mask | exclude each other
{"input_image_mask":{"url":"x"}} | unknown_parameter tools[0].input_image_mask.url | Unknown parameter
`

const rowsOf = (table: string) =>
  table
    .trim()
    .split('\n')
    .map((row) => row.split(' | ') as [json: string, code: string, words: string])

const codeOf = ({ code, param }: Failure) => `${code} ${param}`

describe('checkResponse refuses', () => {
  it.each(rowsOf(bodies))('%s with %s', (json, code, words) => {
    const [first] = refusals({ ...legal, ...JSON.parse(json) })
    expect(first && codeOf(first)).toBe(code)
    expect(first?.message).toContain(words)
  })

  it.each(rowsOf(tools))('a tool with %s with %s', (json, code, words) => {
    const [first] = refusals(withTool(JSON.parse(json)))
    expect(first && codeOf(first)).toBe(code)
    expect(first?.message).toContain(words)
    expect(first?.outcome).toBe('not_charged')
  })

  it.each([
    'gpt-image-2',
    'gpt-image-2.5-flare-2026-09-08',
    'chatgpt-image-latest',
    'dall-e-3',
    'gpt-image-9-of-tomorrow',
    'openai/gpt-image-2',
  ])('the image model %s as the main model, and shows the calls that work', (model) => {
    const [first] = refusals({ ...legal, model })
    expect(first).toMatchObject({ code: 'image_model_as_main', publicCode: 'image_model_as_main', status: 400, param: 'model' })
    expect(first?.message).toContain(`"tools": [{"type": "image_generation", "model": "${model}"}]`)
    expect(first?.message).toContain('POST /v1/images/generations')
    const [asUpstream] = refusals({ ...legal, model }, upstream)
    expect(asUpstream).toMatchObject({
      publicCode: 'invalid_value',
      message: `The model '${model}' is not supported with the Responses API.`,
    })
  })

  it('an unknown main model where the settings say so', () => {
    const context = { ...gateway, unknownModels: 'refuse' } as const
    expect(refusals({ ...legal, model: 'gpt-7' }, context).map(codeOf)).toEqual(['model_not_found model'])
    expect(refusals(legal, context)).toEqual([])
  })

  it('with the place of the image tool where it is not the first', () => {
    const body: JsonObject = { ...legal, tools: [{ type: 'web_search' }, { type: 'image_generation', size: '9x9' }] }
    expect(refusals(body).map(codeOf)).toEqual(['invalid_size tools[1].size'])
  })

  it('more pictures than a call may bring', () => {
    const picture = { type: 'input_image', file_id: 'f' }
    const input = (count: number) => [{ role: 'user', content: Array.from({ length: count }, () => picture) }]
    expect(refusals({ ...legal, input: input(inputLimits.responseImages) })).toEqual([])
    expect(refusals({ ...legal, input: input(inputLimits.responseImages + 1) }).map(codeOf)).toEqual(['too_many_images input'])
  })

  it.each([
    [{ 'x-darkroom-mask': 'strict' }, 'strict_mask_impossible mask'],
    [{ 'x-darkroom-transparency': 'key' }, 'invalid_parameter_header x-darkroom-transparency'],
    [{ 'x-darkroom-mask-source': 'convert' }, 'invalid_parameter_header x-darkroom-mask-source'],
  ])('the wish %j, which an assistant flow cannot keep', (headers, code) => {
    const read = parseDarkroomHeaders(headers)
    expect(read.ok && refusals(legal, { ...gateway, headers: read.settings }).map(codeOf)).toEqual([code])
  })

  it('everything that is wrong, in one order', () => {
    const body = { ...withTool({ size: '9x9', n: 2 }), model: 'gpt-image-2', stream: 1, tool_choice: 'always', darkroom: { a: 1 } }
    expect(refusals(body).map(codeOf)).toEqual([
      'image_model_as_main model',
      'unknown_parameter darkroom.a',
      'invalid_type stream',
      'unknown_parameter tools[0].n',
      'invalid_size tools[0].size',
      'invalid_value tool_choice',
    ])
    expect(() => acceptResponse(body, nothing, gateway)).toThrow(Failure)
  })

  it('as upstream without words of ours, and passes what is for Darkroom as a key like any other', () => {
    expect(refusals(withTool({ n: 1 }), upstream)[0]?.message).toBe("Unknown parameter: 'tools[0].n'.")
    const check = checkResponse({ ...legal, darkroom: { a: 1 } }, nothing, upstream)
    expect(check).toMatchObject({ ok: true, warnings: [], request: { wire: { darkroom: { a: 1 } }, extension: {} } })
  })
})
