import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { acceptResponse, checkResponse } from './check-response.ts'
import { dataUrlPlaceholder } from './edit-inputs.ts'
import { MainModelCatalogue, mainModelRowSchema } from './main-model-catalogue.ts'
import { ModelCatalogue } from './model-catalogue.ts'
import type { ResponseCheckContext, ResponseInputs } from './response-check-context.ts'

const gateway: ResponseCheckContext = {
  catalogue: new ModelCatalogue(),
  mainModels: new MainModelCatalogue(),
  atMs: Date.parse('2026-11-20T12:00:00Z'),
  transparentPreview: false,
}
const nothing: ResponseInputs = { dataUrls: [] }

const accepted = (body: JsonObject, inputs = nothing, context = gateway) => acceptResponse(body, inputs, context)
const warningsOf = (body: JsonObject, context = gateway) =>
  accepted(body, nothing, context).warnings.map(({ code, param }) => `${code} ${param}`)

/** A turn of a conversation, so that it is not remarked to be a single picture. */
const turn = (tool: JsonObject = {}, rest: JsonObject = {}): JsonObject => ({
  model: 'gpt-5.4',
  input: 'a cat',
  previous_response_id: 'resp_1',
  tools: [{ type: 'image_generation', ...tool }],
  ...rest,
})

describe('checkResponse accepts', () => {
  it('the snippet of the guides as it stands, previews without a stream, with remarks', () => {
    const body = { model: 'gpt-5.4', input: 'Draw a river', tools: [{ type: 'image_generation', partial_images: 2 }] }
    const { request, warnings } = accepted(body)
    expect(request).toMatchObject({ operation: 'respond', hasImageTool: true, partialImages: 0, prompt: 'Draw a river', wire: body })
    expect(warnings.map(({ code, param }) => [code, param])).toEqual([
      ['partial_images_without_stream', 'tools[0].partial_images'],
      ['responses_for_one_picture', 'tools'],
    ])
  })

  it('a bare tool, with every default filled in and nothing changed for upstream', () => {
    const body = turn()
    const { request, warnings } = accepted(body)
    expect(warnings).toEqual([])
    expect(request).toMatchObject({
      mainModel: { asked: 'gpt-5.4', row: { id: 'gpt-5.4' } },
      toolChoice: 'may',
      otherTools: [],
      maxToolCalls: null,
      reasoningEffort: null,
      stream: false,
      background: false,
      store: true,
      previousResponseId: 'resp_1',
      conversationId: null,
      imageCallRefs: [],
      inputImages: [],
      mask: null,
      endUser: null,
    })
    expect(request.wire).toEqual(body)
    expect(request.imageTool).toMatchObject({
      index: 0,
      action: 'auto',
      modelGiven: false,
      planning: { effort: null, from: 'default' },
      request: {
        operation: 'respond',
        model: { id: 'gpt-image-2' },
        n: 1,
        size: 'auto',
        quality: 'auto',
        background: 'auto',
        outputFormat: 'png',
        moderation: 'auto',
        wire: { type: 'image_generation' },
      },
    })
  })

  it('a tool with every field that its model takes', () => {
    const tool = {
      model: 'gpt-image-2.5-flare',
      action: 'edit',
      size: '1536x1024',
      quality: 'max',
      background: 'transparent',
      output_format: 'webp',
      output_compression: 80,
      moderation: 'low',
      partial_images: 3,
      complexity: 'high',
      input_fidelity: null,
      input_image_mask: { file_id: 'file_mask' },
    }
    const { request, warnings } = accepted(turn(tool, { stream: true }))
    expect(warnings).toEqual([])
    expect(request.partialImages).toBe(3)
    expect(request.mask).toEqual({ role: 'mask', param: 'tools[0].input_image_mask.file_id', from: { kind: 'file_id', id: 'file_mask' } })
    expect(request.imageTool).toMatchObject({
      action: 'edit',
      modelGiven: true,
      planning: { effort: 'high', from: 'tool' },
      request: { size: { width: 1536, height: 1024 }, quality: 'max', outputCompression: 80, partialImages: 3, references: [request.mask] },
    })
  })

  it('a call without an image tool, and says that it has none', () => {
    const { request, warnings } = accepted({
      model: 'gpt-5.4',
      input: 'hello',
      tools: [{ type: 'web_search' }, { type: 'function', name: 'f' }],
    })
    expect(request).toMatchObject({ imageTool: null, hasImageTool: false, toolChoice: 'cannot', otherTools: ['web_search', 'function'] })
    expect(warnings).toEqual([])
  })

  it('keys it does not know, untouched, and takes only its own off', () => {
    const rest = { instructions: 'be brief', text: { verbosity: 'low' }, metadata: { a: 'b' }, size: 'whatever', store: false }
    const { request } = accepted(turn({}, { ...rest, darkroom: { metadata: { shop: 'spring' } } }))
    expect(request.wire).toEqual(turn({}, rest))
    expect(request.extension).toEqual({ metadata: { shop: 'spring' } })
    expect(request.store).toBe(false)
  })

  it.each<[outer: JsonValue, tool: JsonObject, planning: object]>([
    [{ effort: 'high' }, {}, { effort: 'high', from: 'reasoning' }],
    [{ effort: 'high' }, { complexity: 'low' }, { effort: 'low', from: 'tool' }],
    [{ effort: 'xhigh' }, {}, { effort: null, from: 'default' }],
    [{ effort: 'high' }, { model: 'gpt-image-1.5' }, { effort: null, from: 'default' }],
    [{ effort: null, summary: 'auto' }, {}, { effort: null, from: 'default' }],
    [null, {}, { effort: null, from: 'default' }],
  ])('an outer effort of %j with the tool %j as planning %j', (reasoning, tool, planning) => {
    expect(accepted(turn(tool, { reasoning })).request.imageTool?.planning).toEqual(planning)
  })

  it.each<[choice: JsonValue, others: JsonValue[], expected: string]>([
    [null, [], 'may'],
    ['auto', [], 'may'],
    ['none', [], 'cannot'],
    ['required', [], 'must'],
    ['required', [{ type: 'web_search' }], 'one_of_several'],
    [{ type: 'image_generation' }, [{ type: 'web_search' }], 'must'],
    [{ type: 'function', name: 'f' }, [], 'cannot'],
    [{ type: 'allowed_tools', mode: 'auto', tools: [{ type: 'image_generation' }] }, [], 'may'],
    [{ type: 'allowed_tools', mode: 'required', tools: [{ type: 'image_generation' }] }, [{ type: 'web_search' }], 'must'],
    [{ type: 'allowed_tools', mode: 'required', tools: [{ type: 'image_generation' }, { type: 'web_search' }] }, [], 'one_of_several'],
    [{ type: 'allowed_tools', mode: 'required', tools: [{ type: 'web_search' }] }, [], 'cannot'],
  ])('tool_choice %j beside the tools %j: the image tool %s be called', (choice, others, expected) => {
    const tools = [{ type: 'image_generation' }, ...others]
    expect(accepted(turn({}, { tools, tool_choice: choice })).request.toolChoice).toBe(expected)
  })

  it('gif streamed without previews, where the route has it', () => {
    const context = { ...gateway, routeCapabilities: { gatedFormats: ['gif' as const] } }
    const tool = { model: 'gpt-image-2.6-flare', output_format: 'gif', size: '960x960', frame_count: 9 }
    expect(accepted(turn(tool, { stream: true }), nothing, context).request.imageTool?.request.outputFormat).toBe('gif')
  })
})

describe('checkResponse reads the input', () => {
  const input: JsonValue = [
    { role: 'developer', content: 'be kind' },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Put the hat' },
        { type: 'input_image', image_url: dataUrlPlaceholder, detail: 'auto' },
        { type: 'input_image', file_id: 'file_1', image_url: null },
        { type: 'input_file', file_id: 'file_2' },
      ],
    },
    { role: 'assistant', content: [{ type: 'output_text', text: 'Which hat?' }] },
    { type: 'image_generation_call', id: 'ig_1', result: 'aGk=', status: 'completed' },
    { type: 'item_reference', id: 'ig_2' },
    { id: 'msg_3' },
    { type: 'function_call_output', call_id: 'c', output: [{ type: 'input_image', image_url: 'https://a.example/x.png' }] },
    { type: 'computer_call_output', call_id: 'd', output: { type: 'computer_screenshot', file_id: 'file_3' } },
    { type: 'something_new', output: 'text' },
    { type: 'message', role: 'user', content: 'on the cat' },
  ]
  const dataUrls = [{ param: 'input[1].content[1].image_url', byteLength: 900 }]

  it('for pictures wherever they stand, with their places', () => {
    expect(accepted(turn({}, { input }), { dataUrls }).request.inputImages).toEqual([
      { role: 'image', param: 'input[1].content[1].image_url', from: { kind: 'bytes', source: 'data_url', byteLength: 900 } },
      { role: 'image', param: 'input[1].content[2].file_id', from: { kind: 'file_id', id: 'file_1' } },
      { role: 'image', param: 'input[6].output[0].image_url', from: { kind: 'url', url: 'https://a.example/x.png' } },
      { role: 'image', param: 'input[7].output.file_id', from: { kind: 'file_id', id: 'file_3' } },
    ])
  })

  it('for pictures of earlier turns, with the places where bytes can be put', () => {
    const { imageCallRefs } = accepted(turn({}, { input }), { dataUrls }).request
    expect(imageCallRefs).toEqual([
      { path: ['input', 3], param: 'input[3]', id: 'ig_1', kind: 'image_generation_call', carriesResult: true },
      { path: ['input', 4], param: 'input[4]', id: 'ig_2', kind: 'item_reference', carriesResult: false },
      { path: ['input', 5], param: 'input[5]', id: 'msg_3', kind: 'item_reference', carriesResult: false },
    ])
  })

  it("for the user's words alone, in order", () => {
    expect(accepted(turn({}, { input }), { dataUrls }).request.prompt).toBe('Put the hat\non the cat')
  })

  it('and takes an own picture by an address that is not https', () => {
    const own = 'http://127.0.0.1:4100/v2/images/img_1'
    const picture = [{ role: 'user', content: [{ type: 'input_image', image_url: own }] }]
    const { request } = accepted(turn({}, { input: picture }), { dataUrls: [], isServedUrl: (url) => url === own })
    expect(request.inputImages).toHaveLength(1)
  })
})

describe('checkResponse remarks', () => {
  const single = { model: 'gpt-5.4', input: 'a cat', tools: [{ type: 'image_generation' }] }

  it('on a single picture that the Image API would draw', () => {
    expect(warningsOf(single)).toEqual(['responses_for_one_picture tools'])
    const withPicture = [{ role: 'user', content: [{ type: 'input_image', file_id: 'f' }] }]
    expect(accepted({ ...single, input: withPicture }).warnings[0]?.message).toContain('POST /v1/images/edits')
  })

  it.each<[what: string, change: JsonObject]>([
    ['another tool', { tools: [{ type: 'image_generation' }, { type: 'web_search' }] }],
    ['an earlier response', { previous_response_id: 'resp_1' }],
    ['a conversation', { conversation: { id: 'conv_1' } }],
    [
      'an earlier picture',
      {
        input: [
          { type: 'image_generation_call', id: 'ig_1' },
          { role: 'user', content: 'bluer' },
        ],
      },
    ],
    [
      'words of the assistant',
      {
        input: [
          { role: 'assistant', content: 'which?' },
          { role: 'user', content: 'a cat' },
        ],
      },
    ],
    [
      'two messages',
      {
        input: [
          { role: 'user', content: 'a cat' },
          { role: 'user', content: 'blue' },
        ],
      },
    ],
    ['a choice that draws nothing', { tool_choice: 'none' }],
  ])('not on it with %s', (_what, change) => {
    expect(warningsOf({ ...single, ...change })).toEqual([])
  })

  it.each<[model: string, context: Partial<ResponseCheckContext>, warnings: string[]]>([
    ['gpt-5.4', {}, []],
    ['gpt-5.5-2026-04-23', {}, []],
    ['gpt-5.4-nano', {}, ['model_shuts_down model']],
    ['gpt-4.1', {}, ['unpriced_main_model model']],
    ['gpt-7', {}, ['unpriced_main_model model']],
    ['gpt-7', { isPricedMainModel: () => true }, []],
    ['gpt-5.4', { isPricedMainModel: () => false }, ['unpriced_main_model model']],
    ['gpt-7', { as: 'upstream' }, []],
  ])('on the main model %s with %o: %j', (model, context, warnings) => {
    expect(warningsOf(turn({}, { model }), { ...gateway, ...context })).toEqual(warnings)
  })

  it('on action edit where nothing brings a picture', () => {
    const body = { ...turn({ action: 'edit' }), previous_response_id: null, input: 'x', instructions: 'y' }
    expect(warningsOf(body)).toContain('edit_without_image tools[0].action')
    expect(warningsOf(turn({ action: 'edit' }))).toEqual([])
  })

  it('on a stored prompt, which may bring tools that nobody has seen', () => {
    expect(warningsOf({ model: 'gpt-5.4', prompt: { id: 'pmpt_1' } })).toEqual(['stored_prompt_unseen prompt'])
  })

  it('on the tool as the Image API would, from the top of the body', () => {
    expect(warningsOf(turn({ size: '3840x2160' }))).toEqual(['experimental_size tools[0].size'])
    expect(warningsOf(turn({ model: 'gpt-image-1.5' }))).toEqual(['model_shuts_down tools[0].model'])
  })
})

describe('the table of main models', () => {
  it('refuses a model from the first millisecond of its last day on, and names what was added', () => {
    const row = mainModelRowSchema.parse({ id: 'gpt-9', aliases: ['gpt-9-2027-01-01'], until: '2027-06-01', read_on: '2027-01-01' })
    const mainModels = new MainModelCatalogue(undefined, [row])
    const before = Date.parse('2027-05-31T23:59:59.999Z')
    expect(mainModels.find('gpt-9-2027-01-01', before)).toEqual({ row, retired: false })
    expect(mainModels.find('gpt-9', before + 1)).toEqual({ row, retired: true })
    expect(mainModels.list(before).map(({ id }) => id)).toContain('gpt-9')
    expect(mainModels.list(before + 1).map(({ id }) => id)).not.toContain('gpt-9')
    const check = checkResponse(turn({}, { model: 'gpt-9' }), nothing, { ...gateway, mainModels, atMs: before + 1 })
    expect(check.ok ? [] : check.refusals.map(({ code, param }) => [code, param])).toEqual([['model_retired', 'model']])
  })
})
