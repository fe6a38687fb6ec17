import { describe, expect, it } from 'vitest'
import { dataUrlPlaceholder } from '../contract/image-url.ts'
import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { type EarlierPicture, type ReplayTurn, replaceImageCalls, replayTurns } from './index.ts'

/** A turn in which `input` was asked and `output` answered. */
const turn = (input: JsonValue, output: JsonObject[] = [], pictures: { place: string; sha256: string }[] = []): ReplayTurn => ({
  turn: { deleted_at_ms: null },
  calls: output.filter(({ type }) => type === 'image_generation_call').map(({ id }) => ({ call_id: String(id) })),
  document: { request: { input, instructions: 'Be brief', pictures }, response: { output }, replayedImages: [] },
})
const drawn = (id: string, revised_prompt: string | null = null): JsonObject => ({
  type: 'image_generation_call',
  id,
  status: 'completed',
  result: null,
  ...(revised_prompt && { revised_prompt }),
})
const spoken = (text: string): JsonObject => ({
  type: 'message',
  id: 'msg_1',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [] }],
})
const nameOf = (picture: EarlierPicture) => (picture.kind === 'call' ? picture.callId : picture.sha256)
const replay = (turns: ReplayTurn[], body: JsonObject, findPicture: (picture: EarlierPicture) => string | null = nameOf) =>
  replayTurns({ turns, body, findPicture })
const itemsOf = (body: JsonObject) => body['input'] as JsonObject[]
/** Follows a place as it is written into a body. */
const at = (body: JsonObject, place: string) =>
  (place.match(/[^.[\]]+/g) ?? []).reduce<JsonValue>((value, step) => (value as JsonObject)[step]!, body)
const shownText = (item: JsonObject) => ((item['content'] as JsonObject[])[0] as { text: string }).text

describe('a replay', () => {
  it('tells a thread of drawing and editing as messages, with the picture where it was made', () => {
    const body = { model: 'gpt-5.4', previous_response_id: 'resp_2', input: 'Now at night', tools: [{ type: 'image_generation' }] }
    const { body: built, pictures } = replay([turn('A harbour', [drawn('ig_1', 'A calm harbour'), spoken('Here it is.')])], body)
    const { previous_response_id: _, ...rest } = body
    expect(built).toEqual({
      ...rest,
      input: [
        { type: 'message', role: 'user', content: 'A harbour' },
        {
          type: 'message',
          role: 'user',
          content: [
            { type: 'input_text', text: expect.stringMatching(/image call ig_1 .*"A calm harbour"/) },
            { type: 'input_image', detail: 'auto', image_url: dataUrlPlaceholder },
          ],
        },
        { type: 'message', role: 'assistant', content: 'Here it is.' },
        { type: 'message', role: 'user', content: 'Now at night' },
      ],
    })
    expect(pictures).toEqual([{ place: 'input[1].content[1].image_url', picture: 'ig_1' }])
    expect(body.previous_response_id).toBe('resp_2')
  })

  it('leaves a body that goes on from nothing known as it is, but for the forgotten id', () => {
    const input = [{ type: 'message', role: 'user', content: 'Now' }]
    expect(replay([], { previous_response_id: 'resp', input }).body).toEqual({ input })
  })

  it('shows the pictures that the user brought along, in their places, with the detail they had', () => {
    const content: JsonObject[] = [
      { type: 'input_text', text: 'Like these' },
      { type: 'input_image', detail: 'high', image_url: dataUrlPlaceholder },
      { type: 'input_image', image_url: dataUrlPlaceholder },
    ]
    const brought = [1, 2].map((index) => ({ place: `input[1].content[${index}].image_url`, sha256: `hash-${index}` }))
    const { body, pictures } = replay([turn([spoken('Hello'), { role: 'user', content }], [], brought)], { input: 'Go on' })
    expect(itemsOf(body)[1]).toEqual({
      type: 'message',
      role: 'user',
      content: [content[0], content[1], { ...content[2], detail: 'auto' }],
    })
    expect(pictures).toEqual([
      { place: 'input[1].content[1].image_url', picture: 'hash-1' },
      { place: 'input[1].content[2].image_url', picture: 'hash-2' },
    ])
  })

  it('shows the newest four pictures and mentions the others', () => {
    const turns = [1, 2, 3, 4, 5, 6].map((n) => turn(`Draw ${n}`, [drawn(`ig_${n}`)]))
    const { body, pictures } = replay(turns, { input: 'Go on' })
    expect(pictures.map(({ picture }) => picture)).toEqual(['ig_3', 'ig_4', 'ig_5', 'ig_6'])
    for (const { place, picture } of pictures) {
      expect(at(body, place)).toBe(dataUrlPlaceholder)
      expect(shownText(at(body, place.replace(/\.content.*/, '')) as JsonObject)).toContain(picture)
    }
    expect(itemsOf(body)[1]).toEqual({
      type: 'message',
      role: 'assistant',
      content: expect.stringContaining('Image call ig_1 made a picture'),
    })
  })

  it('mentions pictures that are gone, and spends none of the four on them', () => {
    const turns = [1, 2, 3, 4, 5, 6].map((n) => turn(`Draw ${n}`, [drawn(`ig_${n}`)]))
    const { pictures } = replay(turns, { input: 'Go on' }, (picture) => (nameOf(picture) === 'ig_6' ? null : nameOf(picture)))
    expect(pictures.map(({ picture }) => picture)).toEqual(['ig_2', 'ig_3', 'ig_4', 'ig_5'])
    const gone = { place: 'input[0].content[0].image_url', sha256: 'gone' }
    const brought = turn([{ role: 'user', content: [{ type: 'input_image', image_url: dataUrlPlaceholder }] }], [], [gone])
    const content = itemsOf(replay([brought], { input: 'Go on' }, () => null).body)[0]!['content']
    expect(content).toEqual([{ type: 'input_text', text: expect.stringContaining('not shown again') }])
  })

  it('shows pictures that an earlier input named by id, in either form', () => {
    const asked: JsonObject[] = [{ type: 'image_generation_call', id: 'ig_1' }, { id: 'ig_2' }, { type: 'item_reference', id: 'msg_1' }]
    const known = (picture: EarlierPicture) => (nameOf(picture).startsWith('ig_') ? nameOf(picture) : null)
    const { body, pictures } = replay([turn(asked)], { input: 'Go on' }, known)
    expect(pictures.map(({ picture }) => picture)).toEqual(['ig_1', 'ig_2'])
    expect(itemsOf(body)).toHaveLength(3)
  })

  it('says that an image call failed', () => {
    const { body, pictures } = replay([turn('Draw', [{ ...drawn('ig_1'), status: 'failed' }])], { input: 'Again' })
    expect(pictures).toEqual([])
    expect(itemsOf(body)[1]!['content']).toContain('ig_1 failed')
  })

  it('leaves reasoning out and keeps words, phase and refusals of the assistant', () => {
    const refusal = { type: 'message', role: 'assistant', phase: 'final_answer', content: [{ type: 'refusal', refusal: 'No.' }] }
    const output = [{ type: 'reasoning', id: 'rs_1', summary: [] }, spoken('One'), spoken(''), refusal]
    const { body } = replay([turn('Hi', output)], { input: 'Go on' })
    expect(itemsOf(body).slice(1, -1)).toEqual([
      { type: 'message', role: 'assistant', content: 'One' },
      { type: 'message', role: 'assistant', phase: 'final_answer', content: 'No.' },
    ])
  })

  it('keeps calls of functions with their results, across turns and into the next call, without the ids of a forgotten response', () => {
    const call = (call_id: string) => ({
      type: 'function_call',
      id: `fc_${call_id}`,
      call_id,
      name: 'look',
      arguments: '{}',
      status: 'completed',
    })
    const result = (call_id: string, output: JsonValue = 'done') => ({ type: 'function_call_output', call_id, output })
    const looked = [{ type: 'input_image', image_url: dataUrlPlaceholder }]
    const turns = [
      turn('Look', [call('a'), call('never')]),
      turn([result('a', looked)], [call('b')], [{ place: 'input[0].output[0].image_url', sha256: 'seen' }]),
    ]
    const { body, pictures } = replay(turns, { input: [result('b')] })
    const withoutIds = ({ id: _id, status: _status, ...rest }: JsonObject) => rest
    expect(itemsOf(body)).toEqual([
      { type: 'message', role: 'user', content: 'Look' },
      withoutIds(call('a')),
      { type: 'message', role: 'assistant', content: expect.stringMatching(/^function_call: .*never/) },
      result('a', [{ ...looked[0], detail: 'auto' }]),
      withoutIds(call('b')),
      result('b'),
    ])
    expect(pictures).toEqual([{ place: 'input[3].output[0].image_url', picture: 'seen' }])
  })

  it('tells other tools in words, and no more than a few pages of them', () => {
    const output: JsonObject[] = [
      { type: 'web_search_call', id: 'ws_1', action: { query: 'harbours' } },
      { type: 'shell_call_output', output: 'x'.repeat(99_999) },
    ]
    const [, search, shell] = itemsOf(replay([turn('Search', output)], { input: 'Go on' }).body)
    expect(search).toMatchObject({ role: 'assistant', content: expect.stringContaining('harbours') })
    expect((shell!['content'] as string).length).toBe(8_192)
  })

  it('tells only the pictures of a turn whose words are gone, and nothing of a deleted one', () => {
    const forgotten = { ...turn('Draw', [drawn('ig_1')]), document: null }
    const deleted = { ...turn('Secret', [drawn('ig_2')]), turn: { deleted_at_ms: 1 } }
    const { body, pictures } = replay([deleted, forgotten], { input: 'Go on' })
    expect(pictures).toEqual([{ place: 'input[0].content[1].image_url', picture: 'ig_1' }])
    expect(itemsOf(body)).toHaveLength(2)
  })

  it('leaves out the oldest turns when the thread is too long', () => {
    const long = (text: string) => turn(text + 'x'.repeat(1_500_000))
    const { body } = replay([turn('Draw', [drawn('ig_1')]), long('first'), long('second'), long('third')], { input: 'Go on' })
    const told = itemsOf(body).map((item) => String(item['content']).slice(0, 7))
    expect(told).toEqual(['Earlier', 'secondx', 'thirdxx', 'Go on'])
  })

  it('keeps no result of a function whose call was left out for length', () => {
    const call = { type: 'function_call', call_id: 'a', name: 'look', arguments: 'x'.repeat(5_000_000) }
    const { body } = replay([turn('Look', [call]), turn([{ type: 'function_call_output', call_id: 'a', output: 'seen' }])], {
      input: 'Go on',
    })
    expect(itemsOf(body)[1]).toEqual({ type: 'message', role: 'assistant', content: expect.stringContaining('seen') })
  })

  it('says where places of the next call have moved to', () => {
    const { moved } = replay([turn('Draw', [drawn('ig_1')])], { input: [] })
    expect(moved('input[1].content[2].image_url')).toBe('input[3].content[2].image_url')
    expect(moved('tools[0].input_image_mask.image_url')).toBe('tools[0].input_image_mask.image_url')
  })
})

describe('image calls named by id', () => {
  const body: JsonObject = {
    model: 'gpt-5.4',
    input: [
      { type: 'image_generation_call', id: 'ig_1', result: 'aGk=' },
      { role: 'user', content: 'Make it blue' },
      { type: 'item_reference', id: 'ig_2' },
    ],
  }

  it('become messages that show the picture, while everything else keeps its place', () => {
    const before = structuredClone(body)
    const { body: replaced, places } = replaceImageCalls(body, ['input[2]', 'input[0]'])
    expect(places).toEqual(['input[2].content[1].image_url', 'input[0].content[1].image_url'])
    for (const place of places) expect(at(replaced, place)).toBe(dataUrlPlaceholder)
    expect([shownText(itemsOf(replaced)[2]!), shownText(itemsOf(replaced)[0]!)]).toEqual([
      expect.stringContaining('ig_2'),
      expect.stringContaining('ig_1'),
    ])
    expect(itemsOf(replaced)[1]).toEqual(itemsOf(body)[1])
    expect(JSON.stringify(replaced)).not.toContain('aGk=')
    expect(body).toEqual(before)
  })

  it('stay as they are where none is asked for', () => {
    expect(replaceImageCalls(body, [])).toEqual({ body, places: [] })
  })

  it.each(['input[3]', 'input', 'tools[0]', 'input[0].content[0]'])('are a mistake of the caller at %s', (place) => {
    expect(() => replaceImageCalls(body, [place])).toThrow(TypeError)
  })
})
