import { expect, it } from 'vitest'
import { classifyStreamEvent } from './stream-events.ts'

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
