import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { configFileSchema } from './config-file-schema.ts'
import { configJsonSchema } from './config-json-schema.ts'
import { readConfig } from './read-config.ts'

const repository = join(import.meta.dirname, '../..')
const text = (path: string) => readFileSync(join(repository, path), 'utf8')
const example = 'examples/darkroom.yaml'

describe('darkroom.schema.json', () => {
  const published = JSON.parse(text('darkroom.schema.json'))
  const schema = z.fromJSONSchema(published)
  const accepts = (value: unknown) => schema.safeParse(value).success

  it('is what the settings are made from (npm run generate writes it)', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(configJsonSchema())))
  })

  it('accepts the example, as the start does', () => {
    expect(schema.safeParse(parse(text(example)))).toMatchObject({ success: true })
  })

  it('accepts a route that names a preset, or one that says everything itself', () => {
    const stated = { id: 'a', owner: 'a', kind: 'provider', base_url: 'https://a.example' }
    expect([stated, { id: 'a', preset: 'openai' }].map((route) => accepts({ version: 1, routes: [route] }))).toEqual([true, true])
  })

  it.each([
    ['a misspelt setting', { version: 1, route: [] }],
    ['a version of another day', { version: 2 }],
    ['no version', {}],
    ['a route with neither preset nor address', { version: 1, routes: [{ id: 'a', owner: 'a', kind: 'provider' }] }],
    ['a kind that is refused', { version: 1, routes: [{ id: 'a', preset: 'openai', kind: 'cookie' }] }],
    ['a key written out', { version: 1, routes: [{ id: 'a', preset: 'openai', key: 'sk-1' }] }],
    [
      'a capability nobody knows',
      { version: 1, routes: [{ id: 'a', preset: 'openai', capabilities: [{ from: '2026-11-01', source: 's', speed: 1 }] }] },
    ],
  ])('refuses %s, as the start does', (_what, value) => {
    expect([accepts(value), configFileSchema.safeParse(value).success]).toEqual([false, false])
  })

  it('describes every setting of a route', () => {
    const { properties } = published.properties.routes.items as { properties: Record<string, { description?: string }> }
    expect(Object.keys(properties).length).toBeGreaterThan(15)
    for (const [name, { description }] of Object.entries(properties)) expect([name, description]).toEqual([name, expect.any(String)])
  })
})

describe('examples/darkroom.yaml', () => {
  const environment = { DARKROOM_CONFIG: join(repository, example), OPENAI_API_KEY: 'k', LAOZHANG_API_KEY: 'k', ACME_API_KEY: 'k' }
  const { routes } = readConfig(environment)
  const routeOf = (id: string) => routes.find((route) => route.id === id)!

  it('starts a gateway on four routes', () => {
    expect(routes.map(({ id, grade }) => `${id} ${grade}`)).toEqual([
      'openai production',
      'laozhang manual-test',
      'acme manual-test',
      'lab manual-test',
    ])
  })

  it('shows a route on which everything is stated, and one that leaves it to its preset', () => {
    expect(routeOf('acme')).toMatchObject({
      failedCalls: { timeout: 'charged' },
      rights: { delete: 'on request' },
      abuse: expect.any(String),
    })
    expect(routeOf('laozhang')).toMatchObject({ priceCard: 'laozhang-per-call', rights: null, terms: null })
  })

  it('points editors at the schema', () => {
    expect(text(example).split('\n')[0]).toBe('# yaml-language-server: $schema=../darkroom.schema.json')
  })
})
