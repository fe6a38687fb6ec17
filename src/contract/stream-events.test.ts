import { expect, it } from 'vitest'
import { classifyResponseEvent, classifyStreamEvent } from './stream-events.ts'

it.each([
  ['image_generation.partial_image', 'partial'],
  ['image_edit.partial_image', 'partial'],
  ['image_generation.completed', 'completed'],
  ['image_edit.completed', 'completed'],
  ['error', 'error'],
  ['image_generation.something_new', 'other'],
  ['response.completed', 'other'],
  ['__proto__', 'other'],
  ['', 'other'],
])('%j counts as %s', (type, kind) => {
  expect(classifyStreamEvent(type)).toBe(kind)
})

it.each([
  ['response.created', 'began'],
  ['response.queued', 'began'],
  ['response.in_progress', 'began'],
  ['response.image_generation_call.partial_image', 'partial'],
  ['response.output_item.done', 'item'],
  ['response.completed', 'ended'],
  ['response.failed', 'ended'],
  ['response.incomplete', 'ended'],
  ['response.output_text.delta', 'increment'],
  ['response.something_new.delta', 'increment'],
  ['error', 'error'],
  ['response.image_generation_call.completed', 'other'],
  ['response.output_item.added', 'other'],
  ['image_generation.completed', 'other'],
  ['.delta', 'other'],
  ['__proto__', 'other'],
  ['', 'other'],
])('%j in a streamed response counts as %s', (type, kind) => {
  expect(classifyResponseEvent(type)).toBe(kind)
})
