import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { checkGeneration, type GenerationCheckContext } from './check-generation.ts'
import { checkDarkroomExtension } from './darkroom-extension.ts'
import { ModelCatalogue } from './model-catalogue.ts'

const whole: JsonObject = {
  protect: [{ x: 0, y: 0, width: 10, height: 20 }],
  texts: [
    { text: '開店', lang: 'ja', box: { x: 1, y: 2, width: 3, height: 4 } },
    { text: 'OPEN', lang: 'en' },
  ],
  rights: { source: 'own work', commercial: 'yes' },
  prompt: { id: 'hero', version: 3, variables: { name: 'Mika' } },
  metadata: { campaign: 'spring' },
  mask: 'guide',
  mask_mode: 'alpha',
  review: 'required',
}

const found = (value: JsonValue) => checkDarkroomExtension(value).map((refusal) => `${refusal.code} ${refusal.param}`)

describe('the reserved key darkroom', () => {
  it('may hold all of its members, or none', () => {
    expect(found(whole)).toEqual([])
    expect(found({})).toEqual([])
  })

  it.each<[string, JsonValue, string]>([
    ['a text instead of an object', 'strict', 'invalid_type darkroom'],
    ['null', null, 'invalid_type darkroom'],
    ['an unknown member', { protekt: [] }, 'unknown_parameter darkroom.protekt'],
    ['an unknown member of a box', { protect: [{ x: 0, y: 0, width: 1, height: 1, z: 1 }] }, 'unknown_parameter darkroom.protect[0].z'],
    ['a box without width', { protect: [{ x: 0, y: 0, height: 1 }] }, 'missing_required_parameter darkroom.protect[0].width'],
    ['a fraction of a pixel', { protect: [{ x: 0.5, y: 0, width: 1, height: 1 }] }, 'invalid_type darkroom.protect[0].x'],
    ['an empty box', { protect: [{ x: 0, y: 0, width: 0, height: 1 }] }, 'invalid_value darkroom.protect[0].width'],
    ['a text without language', { texts: [{ text: 'a' }] }, 'missing_required_parameter darkroom.texts[0].lang'],
    ['a text of 501 characters', { texts: [{ text: 'a'.repeat(501), lang: 'eng' }] }, 'invalid_value darkroom.texts[0].text'],
    ['65 texts', { texts: Array(65).fill({ text: 'a', lang: 'eng' }) }, 'invalid_value darkroom.texts'],
    ['10,000 texts', { texts: Array(10_000).fill({ text: 'a', lang: 'eng' }) }, 'invalid_value darkroom.texts'],
    ['a number as metadata', { metadata: { a: 1 } }, 'invalid_type darkroom.metadata.a'],
    ['a NUL in metadata', { metadata: { a: 'x\0' } }, 'invalid_value darkroom.metadata.a'],
    ['an unknown mask mode', { mask_mode: 'strict' }, 'invalid_value darkroom.mask_mode'],
    ['an unknown kind of mask', { mask: 'hard' }, 'invalid_value darkroom.mask'],
    ['a feather of 65 pixels', { feather_px: 65 }, 'invalid_value darkroom.feather_px'],
    ['rights as a number', { rights: 7 }, 'invalid_value darkroom.rights'],
    ['an empty rights note', { rights: '' }, 'invalid_value darkroom.rights'],
    ['a version that is no number', { prompt: { id: 'a', version: '3' } }, 'invalid_type darkroom.prompt.version'],
  ])('refuses %s', (_title, value, refusal) => {
    expect(found(value)).toEqual([refusal])
  })

  it.each<JsonValue>(['own work', ['own work', null, 'stock 7'], { source: 'own work' }])('takes the rights note %j', (rights) => {
    expect(found({ rights })).toEqual([])
  })

  it('refuses 17 labels', () => {
    const metadata = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`label${index}`, 'x']))
    expect(found({ metadata })).toEqual(['invalid_value darkroom.metadata'])
  })

  it.each(['{"__proto__":{}}', '{"metadata":{"__proto__":"x"}}', '{"prompt":{"id":"a","version":1,"variables":{"__proto__":"x"}}}'])(
    'does not pass over __proto__ in %s',
    (text) => {
      expect(found(JSON.parse(text))[0]).toMatch(/^unknown_parameter darkroom.*__proto__$/)
    },
  )
})

describe('a generation with a darkroom key', () => {
  const context: GenerationCheckContext = {
    catalogue: new ModelCatalogue(),
    atMs: Date.parse('2026-11-20T12:00:00Z'),
    transparentPreview: false,
  }
  const body = { model: 'gpt-image-2', prompt: 'a cat', darkroom: whole }

  it('keeps it for Darkroom and out of what goes upstream', () => {
    const check = checkGeneration(body, context)
    expect(check.ok && check.request.extension).toEqual(whole)
    expect(check.ok && check.request.wire).toEqual({ model: 'gpt-image-2', prompt: 'a cat' })
  })

  it('is refused for what the key holds before the prompt is looked at', () => {
    const check = checkGeneration({ ...body, prompt: '', darkroom: { x: 1 } }, context)
    expect(check.ok ? [] : check.refusals.map((refusal) => refusal.param)).toEqual(['darkroom.x', 'prompt'])
  })

  it('is refused by upstream, which knows no such key', () => {
    const check = checkGeneration(body, { ...context, as: 'upstream' })
    expect(check.ok ? [] : check.refusals.map((refusal) => refusal.message)).toEqual(["Unknown parameter: 'darkroom'."])
  })
})
