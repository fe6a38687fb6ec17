import { describe, expect, it } from 'vitest'
import { presetNames, routeFromRow, routePresets, routeSchema } from './index.ts'
import { routeFacts } from './route-row.ts'

const keys = {
  OPENAI_API_KEY: 'k',
  LAOZHANG_API_KEY: 'k',
  LAOZHANG_OFFICIAL_API_KEY: 'k',
  APIFRAME_API_KEY: 'k',
  AZURE_OPENAI_API_KEY: 'k',
}
const routeOf = (row: object) => routeFromRow(routeSchema.parse({ id: 'a', ...row }), keys)

function problemsOf(row: object): string[] {
  const result = routeSchema.safeParse({ id: 'a', ...row })
  return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
}

describe('every preset', () => {
  it.each(presetNames)('%s holds facts as a row could state them, with a source and the day it was read', (name) => {
    const { facts, source, readOn } = routePresets[name]
    expect(routeFacts.parse(facts)).toEqual(facts)
    expect(source).not.toBe('')
    expect(readOn).toMatch(/^2026-\d\d-\d\d$/)
  })

  it.each(presetNames)('%s states no terms, no rights and no account of ours: those are the reader’s to state', (name) => {
    const { terms, rights, account_owner } = routePresets[name].facts
    expect([terms, rights, account_owner]).toEqual([undefined, undefined, undefined])
  })
})

describe('a row with a preset', () => {
  it.each(['openai', 'laozhang-per-call', 'laozhang-official', 'apiframe'] as const)('%s needs nothing but an id', (preset) => {
    const { facts } = routePresets[preset]
    expect(routeOf({ preset })).toMatchObject({ id: 'a', preset, owner: facts.owner, baseUrl: facts.base_url, keySource: facts.key!.env })
  })

  it('carries production traffic as openai only', () => {
    const grades = ['openai', 'laozhang-official', 'apiframe'].map((preset) => routeOf({ preset }).grade)
    expect(grades).toEqual(['production', 'manual-test', 'manual-test'])
  })

  it.each([
    ['azure-openai', {}, ['base_url: expected an http or https address']],
    ['openai-compatible', {}, ['owner: expected text: who answers for this route', 'base_url: expected an http or https address']],
    ['openai-compatible', { owner: 'us', base_url: 'http://127.0.0.1:8000/v1' }, []],
    ['azure-openai', { base_url: 'https://us.openai.azure.com/openai/v1' }, []],
  ])('%s asks for what it cannot know: %j', (preset, row, problems) => {
    expect(problemsOf({ preset, ...row })).toEqual(problems)
  })

  it('is refused by a name that nobody knows, with the names there are', () => {
    expect(problemsOf({ preset: 'free-images' })).toEqual([expect.stringContaining('laozhang-per-call')])
  })

  it('keeps what it says itself', () => {
    expect(routeOf({ preset: 'laozhang-per-call', owner: 'lz', base_url: 'https://eu.example/v1', price_card: 'mine' })).toMatchObject({
      owner: 'lz',
      baseUrl: 'https://eu.example/v1',
      priceCard: 'mine',
    })
  })

  it('adds to the members of a fact and replaces the rows of a list', () => {
    const route = routeOf({ preset: 'apiframe', failed_calls: { timeout: 'unknown' }, capabilities: [] })
    expect(route).toMatchObject({ failedCalls: { policy: 'free', timeout: 'unknown' }, capabilities: [] })
  })

  it('may say that nobody knows what the preset states', () => {
    expect(routeOf({ preset: 'apiframe', failed_calls: null, price_card: null, key: null })).toMatchObject({
      failedCalls: null,
      priceCard: null,
      key: null,
    })
  })

  it('does not carry the key of a preset over plain http', () => {
    expect(problemsOf({ preset: 'azure-openai', base_url: 'http://us.example/v1' })).toEqual([expect.stringContaining('expected https')])
  })

  it('without one says owner, kind and address itself', () => {
    expect(problemsOf({})).toEqual([
      'owner: expected text: who answers for this route',
      'kind: expected one of official, provider, wrapper, self-hosted',
      'base_url: expected an http or https address',
    ])
  })
})

describe('laozhang-per-call', () => {
  it('is priced by the call and takes neither size nor quality, as its documentation says', () => {
    expect(routeOf({ preset: 'laozhang-per-call' })).toMatchObject({
      owner: 'laozhang.ai',
      priceCard: 'laozhang-per-call',
      capabilities: [
        { models: ['gpt-image-2'], sizes: [], qualities: [] },
        { models: ['gpt-image-2-vip'], sizes: null, qualities: [] },
      ],
    })
  })
})
