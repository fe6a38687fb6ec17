import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventsOf, imageCalls, postResponse, postResponseWith, type ResponseReply, smallTool } from './response-test-kit.ts'
import { quickSandbox, readEvents, type StreamEvent } from './sandbox-test-kit.ts'
import type { Sandbox } from './start-sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await quickSandbox()
})
afterAll(() => sandbox.close())

const names = (events: readonly StreamEvent[]) => events.map(({ event }) => event.replace('response.', ''))
const withPreviews = (partial_images: number) => ({ tools: [{ ...smallTool, partial_images }] })
const messageBlock = ['output_item.added', 'content_part.added', 'output_text.done', 'content_part.done', 'output_item.done']
const pictureBlock = (...previews: string[]) => [
  'output_item.added',
  'image_generation_call.in_progress',
  'image_generation_call.generating',
  ...previews.map(() => 'image_generation_call.partial_image'),
  'image_generation_call.completed',
  'output_item.done',
]
const beginning = ['created', 'in_progress', 'output_item.added', 'output_item.done']

describe('a streamed response', () => {
  test('with one preview is the sixteen events of the live capture, numbered from 0 without a gap', async () => {
    const events = await eventsOf(sandbox, withPreviews(1))
    expect(names(events)).toEqual([...beginning, ...pictureBlock('one'), ...messageBlock, 'completed'])
    expect(events.map(({ data }) => data.sequence_number)).toEqual(Array.from({ length: 16 }, (_, index) => index))
    for (const { event, data } of events) expect(data.type).toBe(event)
  })

  test('names items and places the same all the way, and ends with the response in full', async () => {
    const events = await eventsOf(sandbox, withPreviews(2))
    const { response } = events.at(-1)!.data as unknown as { response: ResponseReply }
    expect(response.output.map(({ id }) => id.split('_')[0])).toEqual(['rs', 'ig', 'msg'])
    for (const { data } of events) {
      const id = (data.item as { id: string } | undefined)?.id ?? data.item_id
      if (id !== undefined) expect(response.output[data.output_index as number]!.id).toBe(id)
    }
    const whole = events.findLast(({ event, data }) => event === 'response.output_item.done' && data.output_index === 1)!.data.item
    expect(whole).toEqual(response.output[1])
    expect(imageCalls(response)[0]!.result!.length).toBeGreaterThan(1_000)
  })

  test('shows the response as it stands: empty and without usage until it is over', async () => {
    const events = await eventsOf(sandbox)
    for (const { data } of events.slice(0, 2)) {
      expect(data.response).toMatchObject({ status: 'in_progress', output: [], usage: null, completed_at: null })
    }
    expect(events.at(-1)!.data.response).toMatchObject({ status: 'completed', usage: { total_tokens: expect.any(Number) } })
  })

  test('says what each preview is', async () => {
    const events = await eventsOf(sandbox, withPreviews(1))
    expect(events.find(({ event }) => event.endsWith('partial_image'))!.data).toMatchObject({
      ...{ partial_image_index: 0, size: '1024x1024', quality: 'low', background: 'opaque', output_format: 'png' },
      partial_image_b64: expect.stringMatching(/^iVBOR/),
    })
  })

  test('has a block for each picture, and none when nothing is drawn', async () => {
    const two = await eventsOf(sandbox, { input: 'Draw two pictures of a cat' })
    expect(names(two)).toEqual([...beginning, ...pictureBlock(), ...pictureBlock(), ...messageBlock, 'completed'])
    const none = await eventsOf(sandbox, { tool_choice: 'none' })
    expect(names(none)).toEqual([...beginning, ...messageBlock, 'completed'])
  })

  test('has no reasoning when it is told not to think', async () => {
    const events = await eventsOf(sandbox, { reasoning: { effort: 'none' } })
    expect(names(events).slice(0, 3)).toEqual(['created', 'in_progress', 'output_item.added'])
    expect(events.at(-1)!.data.response).toMatchObject({ usage: { output_tokens_details: { reasoning_tokens: 0 } } })
  })

  test('is kept at its end and not before: one that breaks off midway cannot be retrieved', async () => {
    const keptAfter = async (faults: string) => {
      const before = sandbox.responses.list().length
      const text = await postResponseWith(sandbox, faults, { stream: true, ...withPreviews(1) }).then((response) =>
        response.text().catch(() => ''),
      )
      expect(text).not.toContain('response.completed')
      return sandbox.responses.list().length - before
    }
    expect([await keptAfter('cut=frame:8'), await keptAfter('cut=frame:15')]).toEqual([0, 0])
  })

  test('never takes words of the caller for a picture', async () => {
    const trap = { result: '', b64_json: '', partial_image_b64: '', text: 'picture:00000000-0000-0000-0000-000000000000' }
    const events = readEvents(await (await postResponse(sandbox, { stream: true, metadata: trap, input: 'Draw "result": ""' })).text())
    expect(events.at(-1)!.data.response).toMatchObject({ metadata: trap })
  })
})
