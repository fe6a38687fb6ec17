import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ModelCatalogue, modelRowSchema } from './model-catalogue.ts'
import { modelCapabilities, modelsV2ReplySchema } from './model-replies.ts'
import { shippedModelRows } from './model-rows.ts'

const at = (day: string) => Date.parse(`${day}T12:00:00Z`)
const today = at('2026-11-20')
const shipped = new ModelCatalogue()

describe('ModelCatalogue', () => {
  it('serves on 2026-11-20 exactly the models that answer then', () => {
    expect(shipped.list(today).map((row) => row.id)).toEqual([
      'gpt-image-2',
      'gpt-image-2.5-sunburst',
      'gpt-image-2.5-flare',
      'gpt-image-2.6-sunburst',
      'gpt-image-2.6-flare',
      'gpt-image-1-mini',
      'gpt-image-1.5',
      'chatgpt-image-latest',
    ])
  })

  it.each([
    ['gpt-image-2-2026-04-21', 'gpt-image-2'],
    ['gpt-image-2.5-sunburst-2026-09-08', 'gpt-image-2.5-sunburst'],
    ['gpt-image-2.5-flare-2026-09-08', 'gpt-image-2.5-flare'],
  ])('finds the snapshot %s as %s', (alias, id) => {
    expect(shipped.find(alias, today)).toMatchObject({ row: { id }, retired: false })
  })

  it.each(['gpt-image-2.5', 'gpt-image-2.6', 'GPT-IMAGE-2', 'gpt-image-2 ', '', '__proto__', 'constructor'])('does not know %j', (id) => {
    expect(shipped.find(id, today)).toBeUndefined()
  })

  it('does not know a model before its first day', () => {
    expect(shipped.find('gpt-image-2.6-flare', at('2026-11-03'))).toBeUndefined()
    expect(shipped.find('gpt-image-2.6-flare', at('2026-11-04'))).toBeDefined()
  })

  it('drops gpt-image-1.5 from the list on 2026-12-01 and finds it as retired', () => {
    expect(shipped.list(at('2026-11-30')).some((row) => row.id === 'gpt-image-1.5')).toBe(true)
    expect(shipped.list(at('2026-12-01')).some((row) => row.id === 'gpt-image-1.5')).toBe(false)
    expect(shipped.find('gpt-image-1.5', at('2026-12-01'))?.retired).toBe(true)
  })

  it('names for every model that ends a successor that serves, no id twice, and a source for every row', () => {
    const ids = shippedModelRows.flatMap((row) => [row.id, ...row.aliases])
    expect(new Set(ids).size).toBe(ids.length)
    for (const row of shippedModelRows) {
      expect(row.source).not.toBe('')
      if (row.until === null) continue
      const whenRefusedMs = Math.max(today, at(row.until))
      expect(shipped.find(row.successor ?? '', whenRefusedMs)).toMatchObject({ retired: false })
    }
  })

  it('lets configuration replace a row from a day on and add a model on its launch day', () => {
    const additions = [
      modelRowSchema.parse({ id: 'gpt-image-2', from: '2026-11-10', aliases: ['gpt-image-2-2026-04-21'], qualities: ['low'] }),
      modelRowSchema.parse({ id: 'gpt-image-3', from: '2026-11-20' }),
    ]
    const catalogue = new ModelCatalogue(shippedModelRows, additions)
    expect(catalogue.find('gpt-image-2', at('2026-11-09'))?.row.qualities).toHaveLength(3)
    expect(catalogue.find('gpt-image-2-2026-04-21', at('2026-11-10'))?.row.qualities).toEqual(['low'])
    expect(catalogue.find('gpt-image-3', at('2026-11-19'))).toBeUndefined()
    expect(catalogue.list(today).filter((row) => row.id === 'gpt-image-2')).toHaveLength(1)
    expect(catalogue.list(today).some((row) => row.id === 'gpt-image-3')).toBe(true)
  })
})

describe('modelRowSchema', () => {
  it('needs only id and first day, and claims nothing it was not told', () => {
    expect(modelRowSchema.parse({ id: 'gpt-image-3', from: '2026-11-20' })).toMatchObject({
      family: 'gpt-image-3',
      until: null,
      tokenFormula: 'unknown',
      transparent: 'unknown',
      sizes: 'free',
      confidence: 'inferred',
    })
  })

  it.each([
    ['a day that does not exist', { from: '2026-02-30' }],
    ['an end before the beginning', { from: '2026-11-20', until: '2026-11-20' }],
    ['a misspelt key', { from: '2026-11-20', qualitys: ['low'] }],
    ['an unknown tier', { from: '2026-11-20', qualities: ['ultra'] }],
    ['no tiers', { from: '2026-11-20', qualities: [] }],
    ['a size that is none', { from: '2026-11-20', sizes: ['big'] }],
    ['an id with a line break', { id: 'a\nb', from: '2026-11-20' }],
  ])('refuses %s', (_title, row) => {
    expect(modelRowSchema.safeParse({ id: 'gpt-image-3', ...row }).success).toBe(false)
  })
})

describe('modelCapabilities', () => {
  it('shows every shipped row in the shape of GET /v2/models', () => {
    const models = shippedModelRows.map((row) => ({
      id: row.id,
      aliases: [...row.aliases],
      family: row.family,
      state: row.state,
      from: row.from,
      until: row.until,
      successor: row.successor,
      capabilities: modelCapabilities(row),
      routes: [],
    }))
    expect(modelsV2ReplySchema.parse({ models }).models.map((model) => model.capabilities.sizes.rule)).toContain('listed')
  })
})

describe('docs/contract.md', () => {
  const page = readFileSync(new URL('../../docs/contract.md', import.meta.url), 'utf8')

  it.each(shippedModelRows.filter((row) => row.state !== 'retired'))('shows $id as the catalogue has it', (row) => {
    const ids = [row.id, ...row.aliases].map((id) => `\`${id}\``).join('<br>')
    const cells = [ids, row.from, row.until ?? '', row.qualities.join(', '), row.transparent, row.tokenFormula]
    expect(page).toContain(`| ${cells.join(' | ')} |`)
  })
})
