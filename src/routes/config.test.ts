import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../primitives/settings.ts'
import { frozenContract, MissingKeyError, officialRoute, refusedKinds, routeFromRow, routeSchema, sandboxRoute } from './index.ts'

const row = { id: 'acme', owner: 'acme-images', kind: 'provider', base_url: 'https://images.acme.example/v1' }
const environment = { ACME_KEY: 'sk-acme-secret' }

function problemsOf(changes: object): string[] {
  const result = routeSchema.safeParse({ ...row, ...changes })
  return result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
}

const routeOf = (changes: object) => routeFromRow(routeSchema.parse({ ...row, ...changes }), environment)

describe('presets', () => {
  it('opens OpenAI itself for production, owned by openai', () => {
    expect(officialRoute('sk-live')).toMatchObject({
      id: 'openai',
      owner: 'openai',
      kind: 'official',
      baseUrl: 'https://api.openai.com/v1',
      keySource: 'OPENAI_API_KEY',
      grade: 'production',
    })
  })

  it('opens the sandbox for production, under an owner that is nobody', () => {
    expect(sandboxRoute('http://127.0.0.1:4199')).toMatchObject({
      id: 'sandbox',
      owner: 'darkroom-sandbox',
      kind: 'sandbox',
      baseUrl: 'http://127.0.0.1:4199/v1',
      keySource: null,
      grade: 'production',
    })
  })

  it.each([officialRoute('sk-live'), sandboxRoute('http://127.0.0.1:1')])('states no fact of $id that its owner did not state', (route) => {
    const { failedCalls, rights, terms, accountOwner, support, retention } = route
    expect([failedCalls, rights, terms, accountOwner, support, retention]).toEqual([null, null, null, null, null, null])
  })
})

describe('a route of the file', () => {
  it('takes its key from the environment and shows the variable only', () => {
    const route = routeOf({ key: { env: 'ACME_KEY' } })
    expect(route.key?.reveal()).toBe('sk-acme-secret')
    const shown = [inspect(route, { depth: 9 }), JSON.stringify(route), JSON.stringify(frozenContract(route, 'card@2026-01-01'))].join()
    expect(shown).not.toContain('sk-acme-secret')
    expect(shown).toContain('ACME_KEY')
  })

  const usage = { key: { env: 'ACME_USAGE_KEY' }, exclusive: true }

  it('takes the key that may read usage from the environment, too, and shows it nowhere', () => {
    const made = routeSchema.parse({ ...row, usage_api: { ...usage, api_key_id: 'key_7' } })
    const route = routeFromRow(made, { ACME_USAGE_KEY: 'sk-admin-secret' })
    expect(route.usageApi).toMatchObject({ keySource: 'ACME_USAGE_KEY', apiKeyId: 'key_7' })
    expect(route.usageApi?.key.reveal()).toBe('sk-admin-secret')
    expect(inspect(route, { depth: 9 }) + JSON.stringify(frozenContract(route, 'card'))).not.toContain('sk-admin-secret')
    expect(() => routeFromRow(made, {})).toThrow('environment variable ACME_USAGE_KEY')
  })

  it('may be asked what it was used for only where nothing else uses it, over a line nobody reads along', () => {
    expect(problemsOf({ usage_api: usage })).toEqual([])
    expect(problemsOf({ usage_api: { ...usage, exclusive: false } })).toEqual([expect.stringContaining('nothing else uses the key')])
    expect(problemsOf({ usage_api: { key: usage.key } })).toEqual([expect.stringMatching(/^usage_api\.exclusive: /)])
    expect(problemsOf({ usage_api: usage, base_url: 'http://images.acme.example/v1' })).toEqual([expect.stringMatching(/^base_url: /)])
  })

  it.each([{}, { ACME_KEY: '' }])('is refused when its variable is not set: %j', (empty) => {
    const read = () => routeFromRow(routeSchema.parse({ ...row, key: { env: 'ACME_KEY' } }), empty)
    expect(read).toThrow(MissingKeyError)
    expect(read).toThrow(ConfigurationError)
    expect(read).toThrow('route acme: expected its key in the environment variable ACME_KEY, found nothing')
  })

  it('needs no key, for servers that ask for none', () => {
    expect(routeOf({}).key).toBeNull()
  })

  it('drops the slash that paths bring themselves', () => {
    expect(routeOf({ base_url: 'https://images.acme.example/v1//' }).baseUrl).toBe('https://images.acme.example/v1')
  })

  it('leaves unstated facts null and keeps stated ones, each on its own', () => {
    expect(routeOf({})).toMatchObject({ failedCalls: null, rights: null, terms: null })
    expect(routeOf({ failed_calls: { timeout: 'unknown' }, rights: { store: true, commercial: 'with attribution' } })).toMatchObject({
      failedCalls: { timeout: 'unknown' },
      rights: { store: true, commercial: 'with attribution' },
    })
  })

  it.each([
    ['official', 'https://api.openai.com/v1', 'production'],
    ['official', 'https://api.openai.com.evil.example/v1', 'manual-test'],
    ['official', 'https://proxy.example/api.openai.com/v1', 'manual-test'],
    ['official', 'http://api.openai.com/v1', 'manual-test'],
    ['provider', 'https://api.openai.com/v1', 'manual-test'],
    ['wrapper', 'https://wrapper.example/v1', 'manual-test'],
    ['self-hosted', 'http://127.0.0.1:8000/v1', 'manual-test'],
  ])('%s at %s starts as %s', (kind, base_url, grade) => {
    expect(routeOf({ kind, base_url }).grade).toBe(grade)
  })

  it.each(Object.entries(refusedKinds))('of kind %s is refused with the reason and the page that says more', (kind, reason) => {
    expect(problemsOf({ kind })).toEqual([
      `kind: account pools, session relays, cookies and harvested tokens are not served, since ${reason}: see docs/routes.md#refused`,
    ])
  })

  it.each(['sandbox', 'free', ''])('of kind %j is refused', (kind) => {
    expect(problemsOf({ kind })).toHaveLength(1)
  })

  it.each([
    'http://images.acme.example/v1',
    'http://10.0.0.5:8000/v1',
    'http://127.0.0.1.evil.example/v1',
    'http://localhost.evil.example/v1',
    'http://[::ffff:1.2.3.4]/v1',
    'http://0.0.0.0:8000/v1',
  ])('sends no key in plain text to %s', (base_url) => {
    expect(problemsOf({ base_url, key: { env: 'ACME_KEY' } })).toEqual([
      'base_url: expected https, because the key of this route would be readable on the way; plain http is for loopback addresses',
    ])
  })

  it.each(['http://localhost:8000/v1', 'http://127.0.0.1:8000/v1', 'http://127.8.8.8/v1', 'http://[::1]:8000/v1', 'https://10.0.0.5/v1'])(
    'may send its key to %s',
    (base_url) => {
      expect(problemsOf({ base_url, key: { env: 'ACME_KEY' } })).toEqual([])
    },
  )

  it('may be plain http anywhere when there is no key to read', () => {
    expect(problemsOf({ base_url: 'http://gpu.internal:8000/v1' })).toEqual([])
  })

  it('is told about its plain-text key beside whatever else is wrong', () => {
    expect(problemsOf({ owner: 7, base_url: 'http://gpu.internal/v1', key: { env: 'ACME_KEY' } })).toHaveLength(2)
  })

  it.each([
    ['api.openai.com', 'expected an http or https address'],
    ['ftp://acme.example/', 'expected an http or https address'],
    ['https://user:pass@acme.example/v1', 'expected an address without user and password'],
    ['https://acme.example/v1?key=1', 'expected an address without query and fragment'],
    ['https://acme.example/v1#top', 'expected an address without query and fragment'],
  ])('is not called at %s', (base_url, message) => {
    expect(problemsOf({ base_url })).toEqual([`base_url: ${message}`])
  })

  it('takes the name of a variable, never the key itself', () => {
    expect(problemsOf({ key: { env: 'sk-proj-abc' } })).toEqual([
      'key.env: expected the name of an environment variable such as OPENAI_API_KEY, never the key itself',
    ])
    expect(problemsOf({ key: 'sk-proj-abc' })).toHaveLength(1)
  })
})
