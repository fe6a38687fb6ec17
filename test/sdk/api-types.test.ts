import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type OpenAI from 'openai'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import { type ApiDocument, apiTypesOf } from '../../sdk/api-types-of.ts'
import type * as api from '../../sdk/src/api-types.ts'
import type { WireImageEvent } from '../../sdk/src/index.ts'
import { failureCatalogue } from '../../src/contract/failure-catalogue.ts'
import type * as shapes from '../../src/contract/record.ts'

const repository = resolve(import.meta.dirname, '../..')
const document = JSON.parse(readFileSync(join(repository, 'openapi.json'), 'utf8')) as ApiDocument

describe('the generated types', () => {
  it('are those of the committed openapi.json: `npm run generate` after a change', () => {
    expect(readFileSync(join(repository, 'sdk/src/api-types.ts'), 'utf8')).toBe(apiTypesOf(document))
  })

  it('name every failure of the catalogue', () => {
    expect(document['x-darkroom-failures']).toEqual(Object.keys(failureCatalogue).sort())
    expectTypeOf<api.FailureName>().toEqualTypeOf<keyof typeof failureCatalogue>()
  })

  it('say what the gateway holds true of its answers, and take what it takes', () => {
    expectTypeOf<shapes.GenerationRecord>().toExtend<api.GenerationRecord>()
    expectTypeOf<api.GenerationRecord>().toExtend<shapes.GenerationRecord>()
    expectTypeOf<api.Estimate>().toExtend<shapes.EstimateReply>()
    expectTypeOf<shapes.EstimateReply>().toExtend<api.Estimate>()
    expectTypeOf<shapes.CheckReply>().toExtend<api.Check>()
    expectTypeOf<shapes.LedgerReply>().toExtend<api.Ledger>()
    expectTypeOf<api.Ledger>().toExtend<shapes.LedgerReply>()
    expectTypeOf<shapes.Advice>().toExtend<api.Advice>()
    expectTypeOf<api.ImageGenerationRequest>().toExtend<z.input<typeof shapes.generationBodySchema>>()
    expectTypeOf<z.input<typeof shapes.generationBodySchema>>().toExtend<api.ImageGenerationRequest>()
  })

  it('know the events of a stream as the official client does', () => {
    type Official = OpenAI.ImageGenStreamEvent | OpenAI.ImageEditStreamEvent
    expectTypeOf<Official['type']>().toEqualTypeOf<WireImageEvent['type']>()
    expectTypeOf<Official>().toExtend<WireImageEvent>()
  })
})

describe('apiTypesOf', () => {
  const typesOf = (schema: object) =>
    apiTypesOf({ paths: {}, components: { schemas: { Thing: schema } }, 'x-darkroom-failures': ['a'] } as unknown as ApiDocument)

  it('writes unions, lists of unions, maps and files, and keeps words', () => {
    const text = typesOf({
      type: 'object',
      properties: {
        list: {
          type: 'array',
          items: { anyOf: [{ type: 'string' }, { type: 'object', properties: { a: { const: 1 } }, required: ['a'] }] },
        },
        map: { type: 'object', additionalProperties: { type: ['integer', 'null'] } },
        'odd-name': { type: 'string', format: 'binary', description: 'A */ file.' },
        one: { $ref: '#/components/schemas/Thing' },
      },
      required: ['list'],
      additionalProperties: {},
    })
    expect(text).toContain(`export interface Thing {
  list: Array<string | {
    a: 1
  }>
  map?: Record<string, number | null>
  /** A *\\/ file. */
  'odd-name'?: Blob
  one?: Thing
  [member: string]: unknown
}`)
  })

  it('refuses a keyword that it does not know, so that no type says less than its schema', () => {
    expect(() => typesOf({ type: 'object', patternProperties: {} })).toThrow('patternProperties')
  })
})
