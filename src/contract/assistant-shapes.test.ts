import { describe, expect, it } from 'vitest'
import { openApiDocument } from './openapi.ts'
import { promptDifference } from './prompt-difference.ts'
import {
  type AssistantTrace,
  adviceReplySchema,
  adviceRequestSchema,
  assistantSchema,
  generationRecordSchema,
  responseBodySchema,
  responseDeletedSchema,
  responseReplySchema,
  type ThreadReply,
  type TraceReply,
  threadReplySchema,
  traceReplySchema,
} from './record.ts'

const hash = 'a'.repeat(64)
const createdAt = '2026-11-20T12:00:00.000Z'

const assistant: AssistantTrace = {
  main_model: 'gpt-5.4',
  main_model_priced: true,
  response_id: 'resp_1',
  call_ids: ['ig_1', 'ig_2'],
  previous_response_id: null,
  reasoning_effort: 'high',
  complexity: { effort: 'high', from: 'reasoning' },
  background: false,
  store: true,
  replayed_images: 0,
  trace: [
    { step: 'main_model', model: 'gpt-5.4-2026-03-05', response_id: 'resp_1', status: 'completed' },
    {
      step: 'tool_call',
      call_id: 'ig_1',
      status: 'completed',
      action: 'generate',
      image_ids: ['img_1'],
      revised_prompt: { sha256: hash, words_added: 12, words_removed: 1 },
      error: null,
    },
    {
      step: 'tool_call',
      call_id: 'ig_2',
      status: 'failed',
      action: null,
      image_ids: [],
      revised_prompt: null,
      error: { code: 'moderation_blocked', message: 'blocked', type: 'x' },
    },
    { step: 'other_item', type: 'web_search_call', id: 'ws_1', status: 'completed' },
  ],
}

describe('shapes of an assistant flow', () => {
  it('take a record with its trace', () => {
    expect(generationRecordSchema.shape.assistant.parse(assistant)).toEqual(assistant)
  })

  it('have no room for the words of a prompt in the record', () => {
    const step = { ...assistant.trace[1], revised_prompt: 'a cat' }
    expect(assistantSchema.safeParse({ ...assistant, trace: [step] }).success).toBe(false)
    const leak = { ...assistant.trace[1], revised_prompt: { sha256: hash, words_added: 1, words_removed: 0, text: 'a cat' } }
    expect(JSON.stringify(assistantSchema.parse({ ...assistant, trace: [leak] }))).not.toContain('a cat')
  })

  it('take a trace and a thread', () => {
    const trace: TraceReply = {
      generation_id: 'gen_1',
      response_id: 'resp_1',
      previous_response_id: null,
      main_model: 'gpt-5.4',
      status: 'completed',
      asked_prompt: 'a cat',
      calls: [
        {
          call_id: 'ig_1',
          status: 'completed',
          action: 'generate',
          images: [{ id: 'img_1', sha256: hash, url: 'http://127.0.0.1:4100/v2/images/img_1' }],
          revised_prompt: 'a black cat',
          difference: promptDifference('a cat', 'a black cat').segments,
          error: null,
        },
      ],
      text: 'Here it is.',
    }
    expect(traceReplySchema.parse(trace)).toEqual(trace)
    const thread: ThreadReply = {
      generation_id: 'gen_1',
      turns: [
        {
          n: 1,
          generation_id: 'gen_1',
          response_id: 'resp_1',
          previous_response_id: null,
          call_ids: ['ig_1'],
          created_at: createdAt,
          status: 'completed',
          main_model: 'gpt-5.4',
          prompt_sha256: hash,
          prompt: null,
          image_ids: ['img_1'],
          continued_by: 'start',
          replayed_images: 0,
        },
      ],
    }
    expect(threadReplySchema.parse(thread)).toEqual(thread)
  })

  it('take a Responses call and its answer with members that nobody has described', () => {
    const call = {
      model: 'gpt-5.4',
      input: 'x',
      tools: [
        { type: 'image_generation', size: 'auto' },
        { type: 'new', a: 1 },
      ],
      unheard: [1],
    }
    expect(responseBodySchema.parse(call)).toEqual(call)
    const answer = {
      id: 'resp_1',
      object: 'response',
      created_at: 1,
      status: 'completed',
      model: 'gpt-5.4',
      output: [
        { type: 'image_generation_call', id: 'ig_1', status: 'completed', result: 'aGk=', size: '1024x1024' },
        { type: 'message', content: [] },
      ],
      usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3, input_tokens_details: { cached_tokens: 0 } },
      tool_usage: { image_gen: { input_tokens: 1, output_tokens: 2, total_tokens: 3 }, web_search: { num_requests: 0 } },
      unheard: true,
    }
    expect(responseReplySchema.parse(answer)).toEqual(answer)
    expect(responseDeletedSchema.parse({ id: 'resp_1', object: 'response', deleted: true })).toBeTruthy()
  })

  it('take a job to advise on, and refuse a misspelt answer', () => {
    expect(adviceRequestSchema.parse({ edit: true })).toEqual({ lang: 'en', edit: true })
    expect(adviceRequestSchema.safeParse({ edits: true }).success).toBe(false)
    expect(adviceRequestSchema.safeParse({ provider_need: true }).success).toBe(false)
  })

  it('stand in the description of the API under names of their own', () => {
    const replies = { responseReplySchema, traceReplySchema, threadReplySchema, adviceReplySchema, generationRecordSchema }
    const bodies = { responseBodySchema, adviceRequestSchema }
    const routes = Object.entries({ ...replies, ...bodies }).map(([name, schema]) => ({
      method: 'POST',
      path: `/${name}`,
      tag: 'x',
      summary: name,
      policy: { auth: 'key' as const },
      ...(name in bodies && { body: { description: name, schema } }),
      replies: { 200: name in bodies ? { description: 'done' } : { description: name, schema } },
    }))
    const { components } = openApiDocument(routes, { title: 't', version: '1', description: 'd' })
    const names = ['Advice', 'AdviceRequest', 'AssistantTrace', 'GenerationThread', 'GenerationTrace', 'ImageGenerationTool', 'Response']
    expect((components as { schemas: object }).schemas).toMatchObject(Object.fromEntries(names.map((name) => [name, {}])))
  })
})
