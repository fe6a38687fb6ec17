import { describe, expect, it } from 'vitest'
import { billingIsStated, frozenContract, routeCard, routeConfigSha256, routeFromRow, routeSchema, sandboxRoute } from './index.ts'

const row = { id: 'acme', owner: 'acme', kind: 'provider', base_url: 'https://acme.example/v1', key: { env: 'ACME_KEY' } }
const routeOf = (changes: object, key = 'sk-secret') =>
  routeFromRow(routeSchema.parse({ ...row, ...changes }), { ACME_KEY: key, ACME_USAGE_KEY: 'sk-admin' })
const freeze = (changes: object) => frozenContract(routeOf(changes), 'acme-1@2026-11-20')

/** A row of which everything is stated. */
const whole = {
  models: { 'gpt-image-2': 'acme/2' },
  capabilities: [
    {
      from: '2026-11-01',
      models: ['gpt-image-2'],
      sizes: ['1024x1024'],
      qualities: [],
      formats: 'model',
      transparency: false,
      streaming: true,
      edits: true,
      mask: false,
      responses: false,
      content_credentials: 'kept',
      source: 'manual, page 7',
    },
  ],
  failed_calls: { timeout: 'charged', policy: 'free', retry: 'charged' },
  rights: { store: true, commercial: true, delete: 'on request', redistribute: false },
  terms: { url: 'https://acme.example/terms', read_on: '2026-11-20', by: 'legal@example.com' },
  account_owner: 'Example Ltd',
  support: 'mail',
  abuse: 'abuse@acme.example',
  retention: '30 days',
  limits: { concurrency: 4, images_per_minute: 20, tokens_per_minute: 100_000 },
  usage_api: { key: { env: 'ACME_USAGE_KEY' }, api_key_id: 'key_7', exclusive: true },
}

describe('frozenContract', () => {
  it('keeps what the route was and everything its owner stated, in the words of the record', () => {
    const { failed_calls, rights, ...rest } = whole
    expect(freeze(whole)).toEqual({
      version: 1,
      route_id: 'acme',
      owner: 'acme',
      kind: 'provider',
      protocol: 'openai',
      base_url: 'https://acme.example/v1',
      price_card: 'acme-1@2026-11-20',
      billing: 'stated',
      ...rest,
      preset: null,
      transparent_preview: false,
      failed_call_billing: failed_calls,
      output_rights: rights,
      grade: 'manual-test',
      usage_api: { api_key_id: 'key_7', exclusive: true },
      missing: [],
    })
  })

  it('shows what nobody stated as null, and names it', () => {
    expect(freeze({})).toMatchObject({ billing: null, failed_call_billing: null, output_rights: null, terms: null, account_owner: null })
    expect(freeze({})['missing']).toEqual([
      'capabilities',
      'failed_calls.timeout',
      'failed_calls.policy',
      'failed_calls.retry',
      'rights.store',
      'rights.commercial',
      'rights.delete',
      'rights.redistribute',
      'terms',
      'account_owner',
      'support',
      'abuse',
      'retention',
      'limits',
      'usage_api',
    ])
  })

  it('names what a statement leaves out', () => {
    const { mask: _, content_credentials: ___, ...capabilities } = whole.capabilities[0]!
    const { retry: __, ...failed_calls } = whole.failed_calls
    expect(freeze({ ...whole, capabilities: [capabilities], failed_calls, rights: { store: true, delete: null } })['missing']).toEqual([
      'capabilities[0].mask',
      'capabilities[0].content_credentials',
      'failed_calls.retry',
      'rights.commercial',
      'rights.delete',
      'rights.redistribute',
    ])
  })

  it('holds no key', () => {
    expect(JSON.stringify([freeze({}), freeze(whole)])).not.toMatch(/sk-secret|sk-admin|ACME_KEY|ACME_USAGE_KEY/)
  })
})

describe('billingIsStated', () => {
  it.each([
    [whole.failed_calls, true],
    [{ ...whole.failed_calls, retry: 'unknown' }, false],
    [{ policy: 'free' }, false],
    [null, false],
  ])('of %j is %s', (failed_calls, expected) => {
    expect(billingIsStated(routeOf({ failed_calls }))).toBe(expected)
  })
})

describe('routeCard', () => {
  it('shows the contract, the preset with its source, and nothing about the key', () => {
    const card = routeCard(routeOf({ preset: 'azure-openai' }))
    expect(card).toMatchObject({ id: 'acme', preset: { name: 'azure-openai', read_on: '2026-11-21' }, limits: null })
    expect(card.missing).toContain('terms')
    expect(JSON.stringify(card)).not.toMatch(/sk-secret|ACME_KEY/)
  })

  it('invents nothing for the sandbox', () => {
    expect(routeCard(sandboxRoute('http://127.0.0.1:1'))).toMatchObject({ kind: 'sandbox', preset: null, capabilities: [], terms: null })
  })
})

describe('routeConfigSha256', () => {
  it('is of the configuration alone: neither the key nor the order of its lines changes it', () => {
    const hash = routeConfigSha256(routeOf(whole))
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(routeConfigSha256(routeOf(whole, 'sk-other'))).toBe(hash)
    expect(routeConfigSha256(routeOf({ ...whole, rights: Object.fromEntries(Object.entries(whole.rights).reverse()) }))).toBe(hash)
  })

  it.each(
    Object.entries({
      base_url: 'https://other.example/v1',
      models: {},
      rights: { ...whole.rights, store: false },
      price_card: 'acme-2',
      limits: null,
    }),
  )('changes with %s', (name, value) => {
    expect(routeConfigSha256(routeOf({ ...whole, [name]: value }))).not.toBe(routeConfigSha256(routeOf(whole)))
  })
})
