import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decide, revisedPrompt, type Situation, sentence } from './main-model.ts'
import { lastWords } from './response-plan.ts'

const situation: Situation = { prompt: 'Draw a cat', toolChoice: 'may', action: 'auto', maxToolCalls: null, sources: 'none' }
const decideOn = (change: Partial<Situation>) => decide({ ...situation, ...change })

describe('the main model', () => {
  test.each([
    ['Generate an image of gray tabby cat hugging an otter with an orange scarf', 1],
    ['a red fox in the snow', 1],
    ['Can you paint a fox?', 1],
    ['Hello! Please draw a fox', 1],
    ['港の絵を描いてください', 1],
    ['画一只猫', 1],
    ['Draw two small pictures of a fox', 2],
    ['Make 3 variants of the logo', 3],
    ['Draw four foxes', 1],
    ['Do a portrait of my dog', 1],
    ['How about a fox?', 1],
    ['Did it rain?', 0],
    ['What is the capital of France?', 0],
    ['Why did you draw it blue', 0],
    ['Hello', 0],
    ['ありがとう', 0],
    ['Tell me a story', 0],
  ])('on %j calls its tool %i times', (prompt, pictures) => {
    expect(decideOn({ prompt }).pictures).toBe(pictures)
  })

  test('draws whatever was said when the tool is forced, and never when it may not', () => {
    expect(decideOn({ prompt: 'Hello', toolChoice: 'must' }).pictures).toBe(1)
    expect(decideOn({ prompt: 'Hello', toolChoice: 'one_of_several' }).pictures).toBe(1)
    expect(decideOn({ toolChoice: 'cannot' }).pictures).toBe(0)
  })

  test('keeps to max_tool_calls', () => {
    expect(decideOn({ prompt: 'Draw three pictures', maxToolCalls: 2 }).pictures).toBe(2)
    expect(decideOn({ maxToolCalls: 0 }).pictures).toBe(0)
  })

  test('edits what came along, and the last picture of the conversation unless a new one is asked for', () => {
    expect(decideOn({}).action).toBe('generate')
    expect(decideOn({ sources: 'of_this_call', prompt: 'a new picture like this' }).action).toBe('edit')
    expect(decideOn({ sources: 'of_an_earlier_turn', prompt: 'make it blue' }).action).toBe('edit')
    expect(decideOn({ sources: 'of_an_earlier_turn', prompt: 'now draw another picture' }).action).toBe('generate')
  })

  test('does as the tool says where it says something', () => {
    expect(decideOn({ sources: 'of_this_call', action: 'generate' }).action).toBe('generate')
    expect(decideOn({ action: 'edit' }).action).toBe('edit')
  })

  test('keeps the words of every prompt in the revised one, and says the same twice', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('generate' as const, 'edit' as const), (prompt, action) => {
        const revised = revisedPrompt(prompt, action, 0)
        expect(revised).toContain(prompt.trim().replace(/[.。]$/u, ''))
        expect(revised).toBe(revisedPrompt(prompt, action, 0))
        expect(revised.length).toBeGreaterThan(prompt.trim().length)
      }),
    )
  })

  test('says one sentence that fits what it did', () => {
    expect(sentence({ pictures: 2, action: 'generate' }, false)).toBe('Here are the 2 pictures you asked for.')
    expect(sentence({ pictures: 1, action: 'edit' }, false)).toBe('I changed the picture as you asked.')
    expect(sentence({ pictures: 1, action: 'generate' }, true)).toMatch(/refused/)
  })
})

test('goes by the last message of the user, whatever form the input has', () => {
  const user = (content: unknown) => ({ role: 'user', content })
  expect(lastWords('a fox')).toBe('a fox')
  expect(lastWords([user('first'), { role: 'assistant', content: 'no' }, user('second')] as never)).toBe('second')
  expect(lastWords([user([{ type: 'input_text', text: 'a' }, { type: 'input_image' }, { type: 'input_text', text: 'b' }])] as never)).toBe(
    'a\nb',
  )
  expect(lastWords([{ type: 'item_reference', id: 'ig_1' }] as never)).toBe('')
})
