import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ConfigurationError } from '../primitives/settings.ts'
import { ConfigFileError, readConfigFile } from './config-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'darkroom-config-'))
const path = join(folder, 'darkroom.yaml')
afterAll(() => rmSync(folder, { recursive: true }))

function read(yaml: string) {
  writeFileSync(path, yaml)
  return readConfigFile(path)
}

/** The problems of a file, one a line, without the frame around them. */
function problemsOf(yaml: string): string[] {
  try {
    read(yaml)
  } catch (error) {
    if (!(error instanceof ConfigFileError)) throw error
    const [head, ...lines] = error.message.split('\n')
    expect(head).toBe(`${path} cannot be used:`)
    expect(lines.pop()).toBe('See docs/configuration.md#darkroomyaml')
    return lines.map((line) => line.trim())
  }
  throw new Error('expected the file to be refused')
}

const route = `
  - id: acme
    owner: acme
    kind: wrapper
    base_url: https://acme.example/v1`

describe('darkroom.yaml', () => {
  it('may be missing: every setting has its default then', () => {
    const { exists, settings } = readConfigFile(join(folder, 'nowhere.yaml'))
    expect({ exists, settings }).toEqual({
      exists: false,
      settings: {
        version: 1,
        trust_proxy: false,
        allowed_hosts: [],
        outbound: { allow: [], deny_ranges: [] },
        routes: [],
        price_cards: [],
        models: [],
        main_models: [],
        unknown_models: 'pass_with_ceiling',
        policy: {
          surfaces: 'all',
          projects: {},
          strict_masks: false,
          responses_ceiling: '1.00',
          unknown_alert: { count: 5, usd: '2.00', age_h: 24 },
        },
        jobs: {
          concurrency: 64,
          waiting_per_project: 10_000,
          economy: { requests: 1000, collect_s: 900, poll_s: 30, missing_s: 1800 },
        },
        retention: { results_days: null, previews_days: null, inputs_days: null, prompts_days: null },
        admission: { calls: 128, waiting: 128, wait_s: 10, body_mb: 256, body_mb_per_project: 64, connections: 1000, weights: {} },
        timeouts: { drain_s: 300 },
        nodes: { beat_s: 5, dead_s: 30 },
      },
    })
  })

  it('may say its version only', () => {
    expect(read('version: 1').settings).toEqual(readConfigFile(join(folder, 'nowhere.yaml')).settings)
  })

  it('reads the annotated example of docs/configuration.md', () => {
    const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8')
    const example = /^```yaml\n(version: 1\n.*?)^```$/ms.exec(page)?.[1]
    const { settings } = read(example ?? '')
    expect(settings.routes).toHaveLength(1)
    expect(settings.price_cards.length).toBeGreaterThan(0)
  })

  it('is refused with every problem at once, each with its line, place, expectation and find', () => {
    expect(
      problemsOf(`version: 2
public_url: images.example.com
trust_proxy: maybe
routes:
  - id: Acme!
    owner: ''
    kind: free
  - 5
timeouts:
  upstream_s: 10000
`),
    ).toEqual([
      'line 1: version: expected 1, found 2',
      'line 2: public_url: expected an http or https address, found "images.example.com"',
      'line 3: trust_proxy: expected true or false, found "maybe"',
      'line 5: routes[0].id: expected lower-case letters, digits and dashes, found "Acme!"',
      'line 6: routes[0].owner: expected text that is not empty, found ""',
      'line 7: routes[0].kind: expected one of official, provider, wrapper, self-hosted, found "free"',
      'line 5: routes[0].base_url: expected an http or https address, found nothing',
      'line 8: routes[1]: expected a map of settings, found 5',
      'line 10: timeouts.upstream_s: expected at most 3600, found 10000',
    ])
  })

  it('names every unknown key and the keys that stand for something there', () => {
    expect(problemsOf('version: 1\nroute: []\ntimeouts:\n  upstream: 5\n  download_s: 3')).toEqual([
      'line 4: timeouts.upstream: expected one of upstream_s, gateway_s, client_s, generate, edit, respond, background, drain_s, found an unknown key',
      'line 5: timeouts.download_s: expected one of upstream_s, gateway_s, client_s, generate, edit, respond, background, drain_s, found an unknown key',
      'line 2: route: expected one of version, public_url, trust_proxy, allowed_hosts, outbound, routes, price_cards, models, main_models, unknown_models, policy, jobs, retention, admission, timeouts, nodes, found an unknown key',
    ])
  })

  it('lists the keys of maps in lists, of maps by word, and of things that are of several kinds', () => {
    const problems = problemsOf(`version: 1
routes:${route}
    bas_url: x
    failed_calls: { timeouts: charged }
price_cards:
  - { id: acme, date: 2026-11-20, owner: acme, kind: per_call, per_call: "0.03", per: call, models: [m], source: s, price: 1 }
  - { kind: barter }
`)
    expect(problems).toEqual([
      'line 8: routes[0].failed_calls.timeouts: expected one of timeout, policy, retry, found an unknown key',
      expect.stringMatching(/^line 7: routes\[0\]\.bas_url: expected one of id, preset, owner, .*base_url.*, found an unknown key$/),
      expect.stringMatching(/^line 10: price_cards\[0\]\.price: expected one of .*per_call.*, found an unknown key$/),
      'line 11: price_cards[1].kind: expected tokens or per_call or main_model, found "barter"',
    ])
  })

  it.each([
    ['version: 1\nroutes:\n  - id: a\n    owner: b\n    id: c', 'line 5: expected each key once, found id again'],
    ['version: 1\nallowed_hosts: [a, b\nroutes: []', 'line 3: '],
    ['version: 1\n\troutes: []', 'line 2: Tabs are not allowed'],
    ['version: 1\npublic_url: !env URL', 'line 2: Unresolved tag: !env'],
    ['version: 1\n---\nversion: 1', 'line 2: expected one document, found a second one'],
    ['version: 1\npublic_url: *url', 'Unresolved alias'],
    ['', 'line 1: the file: expected a map of settings, found nothing'],
    ['- version: 1', 'line 1: the file: expected a map of settings, found [{"version":1}]'],
    ['just words', 'line 1: the file: expected a map of settings, found "just words"'],
  ])('refuses %j', (yaml, problem) => {
    const [first, ...more] = problemsOf(yaml)
    expect(first).toContain(problem)
    expect(more).toEqual([])
  })

  it('counts lines as editors do, with either line end and a byte order mark', () => {
    expect(problemsOf('\ufeff# words\r\n\r\nversion: 3\r\n')).toEqual(['line 3: version: expected 1, found 3'])
  })

  it('refuses to unfold a file that would fill the memory', () => {
    const bomb = ['a: &a [1]', ...[...'bcdefgh'].map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(20)}]`)]
    expect(problemsOf(bomb.join('\n'))[0]).toMatch(/alias/)
  })

  it('reads any text at all, or says why not', () => {
    const yaml = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.jsonValue().map((value) => `version: 1\nroutes: ${JSON.stringify([value])}`),
      fc.jsonValue().map((value) => `version: 1\nprice_cards: ${JSON.stringify(value)}\nmodels: ${JSON.stringify([value])}`),
    )
    fc.assert(
      fc.property(yaml, (text) => {
        try {
          expect(read(text).settings.version).toBe(1)
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigFileError)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('refuses a folder in its place', () => {
    expect(() => readConfigFile(folder)).toThrow('expected a file that can be read, found EISDIR')
  })

  it('is a configuration error, which is shown without a stack', () => {
    expect(() => read('version: 2')).toThrow(ConfigurationError)
  })

  it.each([
    ['key: sk-proj-0123456789', 'key: expected a map of settings'],
    ['key: { env: sk-proj-0123456789 }', 'key.env: expected the name of an environment variable'],
    ['key: { value: sk-proj-0123456789 }', 'key.value: expected one of env'],
    ['api_key: sk-proj-0123456789', 'api_key: expected one of id,'],
    ['support: [sk-proj-0123456789]', 'support: expected text'],
  ])('never shows what may be a key: %s', (line, problem) => {
    const problems = problemsOf(`version: 1\nroutes:${route}\n    ${line}`).join('\n')
    expect(problems).toContain(`line 7: routes[0].${problem}`)
    expect(problems).not.toContain('0123456789')
  })

  it('never shows the password of an address', () => {
    const problems = problemsOf(`version: 1\nroutes:${route.replace('acme.example', 'user:hunter2@acme.example')}`)
    expect(problems).toEqual([
      'line 6: routes[0].base_url: expected an address without user and password, found a value that is not shown, since it may hold a secret',
    ])
  })
})
