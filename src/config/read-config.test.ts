import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultDeadlines } from '../contract/deadlines.ts'
import { builtInPriceCards, officialOwner, sandboxOwner } from '../pricing/index.ts'
import { ConfigurationError, type Environment } from '../primitives/settings.ts'
import { officialRoute, routePresets, sandboxRoute } from '../routes/index.ts'
import { type ConfigFlags, readConfig } from './read-config.ts'
import { readDataFolder } from './read-data-folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'darkroom-config-'))
const DARKROOM_CONFIG = join(folder, 'darkroom.yaml')
const OPENAI_API_KEY = 'sk-never-shown'
afterAll(() => rmSync(folder, { recursive: true }))

const acme = '{ id: acme, owner: acme, kind: wrapper, base_url: "https://acme.example/v1", key: { env: ACME_KEY } }'
const official = '{ id: paid, owner: openai, kind: official, base_url: "https://api.openai.com/v1", key: { env: OPENAI_API_KEY } }'

const acmeCard =
  '{ id: acme-1, date: 2026-01-01, owner: acme, kind: per_call, per_call: "0.03", per: call, models: [gpt-image-2], source: s }'

function read(environment: Environment, { yaml = 'version: 1', ...flags }: ConfigFlags & { yaml?: string } = {}) {
  writeFileSync(DARKROOM_CONFIG, `${yaml}\nprice_cards: [${acmeCard}]`)
  return readConfig({ DARKROOM_CONFIG, ...environment }, flags)
}

function refusalOf(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message
  }
  throw new Error('expected a configuration error')
}

const idsOf = (config: { routes: readonly { id: string }[] }) => config.routes.map((route) => route.id)

describe('which routes are paid', () => {
  it('makes none of a key in the environment alone', () => {
    expect(read({ OPENAI_API_KEY }).routes).toEqual([])
  })

  it('opens OpenAI with --live', () => {
    const [route] = read({ OPENAI_API_KEY }, { live: true }).routes
    expect(route).toMatchObject({ id: 'openai', kind: 'official', grade: 'production' })
    expect(route?.key?.reveal()).toBe(OPENAI_API_KEY)
  })

  it.each([{}, { OPENAI_API_KEY: '' }])('refuses --live without a key to pay with: %j', (environment) => {
    expect(refusalOf(() => read(environment, { live: true }))).toBe(
      'OPENAI_API_KEY: expected your OpenAI key, which --live pays with, found nothing. See docs/configuration.md#openai_api_key',
    )
  })

  it('puts the route of --live before those of the file', () => {
    expect(idsOf(read({ OPENAI_API_KEY, ACME_KEY: 'a' }, { live: true, yaml: `version: 1\nroutes: [${acme}]` }))).toEqual([
      'openai',
      'acme',
    ])
  })

  it('opens no second route to OpenAI when the file has one', () => {
    expect(idsOf(read({ OPENAI_API_KEY }, { live: true, yaml: `version: 1\nroutes: [${official}]` }))).toEqual(['paid'])
  })

  it('does not take a false official route for OpenAI', () => {
    const fake = official.replace('api.openai.com', 'fake.example')
    expect(idsOf(read({ OPENAI_API_KEY }, { live: true, yaml: `version: 1\nroutes: [${fake}]` }))).toEqual(['openai', 'paid'])
  })

  it('refuses a route of the file that has the id of --live', () => {
    const yaml = `version: 1\nroutes:\n  - ${acme.replace('id: acme', 'id: openai')}`
    expect(refusalOf(() => read({ OPENAI_API_KEY, ACME_KEY: 'a' }, { live: true, yaml }))).toContain(
      'line 3: routes[0].id: expected another id beside --live, which opens a route of this one, found "openai"',
    )
  })
})

describe('routes that cannot be opened', () => {
  it('are all named, with their lines, before anything starts', () => {
    const yaml = `version: 1
routes:
  - ${acme}
  - ${official}
  - { id: acme, owner: acme, kind: provider, base_url: "https://other.example/v1", price_card: acme-2026 }
`
    const lines = refusalOf(() => read({}, { yaml })).split('\n')
    expect(lines.slice(1, -1).map((line) => line.trim())).toEqual([
      'line 5: routes[2].id: expected an id of its own; routes[0] has this one, found "acme"',
      'line 5: routes[2].price_card: expected a price card of owner acme (acme-1), found "acme-2026"',
      'line 3: routes[0].key.env: expected the key of route acme in the environment variable ACME_KEY, found nothing there',
      'line 4: routes[1].key.env: expected the key of route paid in the environment variable OPENAI_API_KEY, found nothing there',
    ])
  })

  it('include one with the price card of another owner', () => {
    const yaml = `version: 1\nroutes: [${acme.replace('owner: acme', 'owner: acme, price_card: openai-gpt-image-2')}]`
    expect(refusalOf(() => read({ ACME_KEY: 'a' }, { yaml }))).toContain('expected a price card of owner acme (acme-1)')
  })

  it('include one that no card prices, with the line of the route', () => {
    const yaml = `version: 1\nroutes:\n  - ${acme.replace('owner: acme', 'owner: nobody')}`
    expect(refusalOf(() => read({ ACME_KEY: 'a' }, { yaml }))).toContain(
      'line 3: routes[0].price_card: expected a price card of owner nobody, which has none: state one under price_cards, found nothing',
    )
  })

  it('include a preset whose prices depend on an agreement', () => {
    const yaml = 'version: 1\nroutes: [{ id: jobs, preset: apiframe }]'
    expect(refusalOf(() => read({ APIFRAME_API_KEY: 'a' }, { yaml }))).toContain('expected a price card of owner apiframe, which has none')
  })

  it('do not include one whose card stands in the same file', () => {
    const yaml = `version: 1\nroutes: [${acme.replace('owner: acme', 'owner: acme, price_card: acme-1')}]`
    expect(read({ ACME_KEY: 'a' }, { yaml })).toMatchObject({
      routes: [{ priceCard: 'acme-1' }],
      priceCards: [{ perCallNanos: 30_000_000n }],
    })
  })
})

describe('production', () => {
  it('refuses to start on the sandbox', () => {
    expect(refusalOf(() => read({ NODE_ENV: 'production', OPENAI_API_KEY }))).toMatch(
      /^NODE_ENV: expected a configured route .* found "production"\. See docs\/configuration\.md#node_env$/,
    )
  })

  it.each<[string, Environment, ConfigFlags & { yaml?: string }]>([
    ['a route of the file', { ACME_KEY: 'a' }, { yaml: `version: 1\nroutes: [${acme}]` }],
    ['--live', { OPENAI_API_KEY }, { live: true }],
  ])('starts with %s', (_what, environment, options) => {
    expect(read({ NODE_ENV: 'production', ...environment }, options).routes).toHaveLength(1)
  })
})

describe('readConfig', () => {
  it('needs no setting at all', () => {
    expect(readConfig({ DARKROOM_CONFIG: join(folder, 'nowhere.yaml') })).toMatchObject({
      file: { exists: false },
      http: { host: '127.0.0.1', port: 4100, publicUrl: null, trustProxy: false, allowedHosts: [] },
      dataFolder: resolve('data'),
      routes: [],
      sandbox: { port: 0, latencyMs: null },
      deadlines: defaultDeadlines,
      drainGraceMs: 300_000,
      logLevel: 'info',
    })
  })

  it('lets flags win over the environment', () => {
    const environment = { PORT: '5000', HOST: '0.0.0.0', DARKROOM_DATA: '/elsewhere' }
    expect(read(environment)).toMatchObject({ http: { port: 5000, host: '0.0.0.0' }, dataFolder: '/elsewhere' })
    expect(read(environment, { port: 0, host: '127.0.0.1', dataFolder: folder })).toMatchObject({
      http: { port: 0, host: '127.0.0.1' },
      dataFolder: folder,
    })
  })

  it('reads the file for what stands only there', () => {
    const yaml =
      'version: 1\npublic_url: https://images.example/\ntrust_proxy: true\nallowed_hosts: [a.internal]\ntimeouts: { upstream_s: 60 }'
    expect(read({}, { yaml })).toMatchObject({
      file: { path: DARKROOM_CONFIG, exists: true },
      http: { publicUrl: 'https://images.example', trustProxy: true, allowedHosts: ['a.internal'] },
      deadlines: { generate: { upstreamMs: 60_000, gatewayMs: 285_000, clientMs: 300_000 }, background: defaultDeadlines.background },
    })
  })

  it.each([
    ['PORT', '70000'],
    ['DARKROOM_SANDBOX_PORT', '-1'],
    ['DARKROOM_SANDBOX_LATENCY_MS', '1s'],
    ['DARKROOM_LOG', 'loud'],
  ])('refuses %s=%s by its name', (name, value) => {
    expect(refusalOf(() => read({ [name]: value }))).toMatch(
      new RegExp(`^${name}: expected .*, found "${value}"\\. See docs/configuration`),
    )
  })

  it('takes 0 for a sandbox without latency, and nothing for its usual one', () => {
    expect(read({ DARKROOM_SANDBOX_LATENCY_MS: '0' }).sandbox.latencyMs).toBe(0)
    expect(read({ DARKROOM_SANDBOX_LATENCY_MS: '' }).sandbox.latencyMs).toBeNull()
  })

  it('knows the data folder whatever is wrong with the rest, so that a backup can be made', () => {
    writeFileSync(DARKROOM_CONFIG, 'not: [yaml')
    expect(readDataFolder({ DARKROOM_CONFIG, DARKROOM_DATA: folder, PORT: 'x' })).toBe(folder)
    expect(readDataFolder({ DARKROOM_DATA: folder }, { dataFolder: '/elsewhere' })).toBe('/elsewhere')
  })
})

describe('timeouts', () => {
  const withTimeouts = (timeouts: string) => () => read({}, { yaml: `version: 1\ntimeouts:\n${timeouts}` })

  it('are those of every synchronous operation, unless one has its own', () => {
    const { deadlines } = withTimeouts('  upstream_s: 100\n  edit: { upstream_s: 120, gateway_s: 150 }\n  background: { client_s: 900 }')()
    expect(deadlines).toEqual({
      generate: { upstreamMs: 100_000, gatewayMs: 285_000, clientMs: 300_000 },
      edit: { upstreamMs: 120_000, gatewayMs: 150_000, clientMs: 300_000 },
      respond: { upstreamMs: 100_000, gatewayMs: 285_000, clientMs: 300_000 },
      background: { upstreamMs: 570_000, gatewayMs: 585_000, clientMs: 900_000 },
    })
  })

  it.each([
    [
      '  upstream_s: 285',
      'line 3: timeouts.upstream_s: expected less than gateway_s, which is 285: upstream < gateway < client, found 285',
    ],
    ['  client_s: 120', 'line 3: timeouts.client_s: expected more than gateway_s, which is 285: upstream < gateway < client, found 120'],
    [
      '  upstream_s: 60\n  edit:\n    gateway_s: 50',
      'line 5: timeouts.edit.gateway_s: expected more than upstream_s, which is 60: upstream < gateway < client, found 50',
    ],
    [
      '  generate: { upstream_s: 300, gateway_s: 300 }',
      'line 3: timeouts.generate.upstream_s: expected less than gateway_s, which is 300: upstream < gateway < client, found 300',
    ],
  ])('stop the start with their line where they are out of order: %s', (timeouts, problem) => {
    expect(refusalOf(withTimeouts(timeouts))).toContain(problem)
  })
})

describe('owners', () => {
  it('are spelt alike by routes and price cards, or nothing would have a price', () => {
    expect(sandboxRoute('http://127.0.0.1:1').owner).toBe(sandboxOwner)
    expect(officialRoute('sk').owner).toBe(officialOwner)
    const ofPresets = Object.values(routePresets).flatMap(({ facts }) => (facts.price_card ? [facts.owner] : []))
    const owners = new Set(builtInPriceCards.map((card) => card.owner))
    expect([...owners].sort()).toEqual([...new Set([sandboxOwner, officialOwner, ...ofPresets])].sort())
  })

  it('keep real and play money in different books', () => {
    for (const card of builtInPriceCards) expect(card.book).toBe(card.owner === sandboxOwner ? 'sandbox' : 'provider')
  })
})
