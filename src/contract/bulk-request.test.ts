import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../primitives/json.ts'
import { readBulkItems } from './bulk-request.ts'
import { Failure } from './failure.ts'
import { fillTemplate, rowAsBody } from './fill-template.ts'

function refusalOf(rows: JsonObject[], template: JsonObject | null = null): Failure {
  try {
    readBulkItems(rows, template)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('expected a refusal')
}

describe('items of a bulk', () => {
  it('may be jobs in either shape, lines of batch files, or bodies, and name what they are', () => {
    const body = { model: 'gpt-image-2', prompt: 'a fox', size: '1024x1024' }
    const items = readBulkItems(
      [
        { custom_id: 'a', request: body },
        { custom_id: 2, prompt: 'a fox', gptImage2Params: { aspect_ratio: '3:2' } },
        { custom_id: 'c', method: 'POST', url: '/v1/images/generations', body },
        { prompt: 'a fox' },
        { prompt: 'at night', images: [{ image_url: 'https://example.com/fox.png' }] },
      ],
      null,
    )
    expect(items.map(({ label, operation }) => [label, operation])).toEqual([
      ['a', 'generate'],
      ['2', 'generate'],
      ['c', 'generate'],
      [null, 'generate'],
      [null, 'edit'],
    ])
    expect(items[0]!.body).toEqual(body)
    expect(items[1]!.body).toMatchObject({ size: '1536x1024', output_format: 'webp' })
    expect(items[3]!.body).toEqual({ model: 'gpt-image-2', prompt: 'a fox' })
  })

  it('are made of a template and the variables of each', () => {
    const template = {
      request: { model: 'gpt-image-2', prompt: 'A {{ animal }} in {{place}}', size: '{{size}}', n: '{{n}}', quality: 'low' },
    }
    const rows: JsonObject[] = [
      { custom_id: 'x', animal: 'fox', place: 'snow', size: '1024x1024', n: '2' },
      { animal: 'hen', place: '雪', size: '', n: 1 },
    ]
    expect(readBulkItems(rows, template).map(({ body }) => body)).toEqual([
      { model: 'gpt-image-2', prompt: 'A fox in snow', size: '1024x1024', n: 2, quality: 'low' },
      { model: 'gpt-image-2', prompt: 'A hen in 雪', n: 1, quality: 'low' },
    ])
  })

  it('are all looked at before the first is refused: the refusal names up to twenty', () => {
    const rows = Array.from(
      { length: 30 },
      (_, index): JsonObject => (index % 2 === 0 ? { prompt: 'x' } : { prompt: 'x', lane: 'economy' }),
    )
    const refusal = refusalOf(rows)
    expect(refusal).toMatchObject({ code: 'invalid_bulk', status: 400, outcome: 'not_charged', param: 'items[1].lane' })
    expect(refusal.message).toContain('14 other items')
    expect((refusal.extra['items'] as { item: number }[]).map(({ item }) => item)).toEqual([
      2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30,
    ])
  })

  it.each<[string, JsonObject[], JsonObject | null]>([
    ['none', [], null],
    ['too many', Array(50_001).fill({ prompt: 'x' }), null],
    ['a name that an item does not have', [{ animal: 'fox' }], { request: { prompt: '{{place}}' } }],
    ['a picture in the body', [{ prompt: 'x', images: [{ image_url: 'data:image/png;base64,AAAA' }] }], null],
    ['a custom_id that is a list', [{ custom_id: ['a'], prompt: 'x' }], null],
    ['a custom_id of 201 characters', [{ custom_id: 'x'.repeat(201), prompt: 'x' }], null],
    ['a webhook of its own', [{ prompt: 'x', webhook_url: 'https://example.com' }], null],
  ])('are refused with the bulk: %s', (_, rows, template) => {
    expect(refusalOf(rows, template)).toMatchObject({ code: 'invalid_bulk', outcome: 'not_charged' })
  })

  it('of a table know OpenAI’s columns; others become labels, empty cells nothing', () => {
    expect(
      rowAsBody({ custom_id: '7', prompt: 'a fox', n: '2', quality: '', campaign: 'winter', image_url: 'https://a/b.png | file_1' }),
    ).toEqual({
      custom_id: '7',
      prompt: 'a fox',
      n: 2,
      images: [{ image_url: 'https://a/b.png' }, { file_id: 'file_1' }],
      darkroom: { metadata: { campaign: 'winter' } },
    })
  })
})

describe('a template', () => {
  it('keeps every text that names nothing, and puts in every value as it stands: values are not read as templates', () => {
    const value = fc.string().filter((text) => text !== '')
    const around = fc.string().filter((text) => !text.includes('{{') && !text.includes('}}') && !/[{}]/.test(text))
    fc.assert(
      fc.property(around, value, around, (before, name, after) => {
        const filled = fillTemplate({ prompt: `x${before}{{v}}${after}` }, { v: name })
        expect(filled).toEqual({ prompt: `x${before}${name}${after}` })
      }),
    )
  })
})
