import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * Who may import whom (docs/architecture.md). Imports go down only: start → edges → flows → parts → platform → ground.
 * Parts do not know each other; whoever is outside a part comes in through its door, `index.ts`.
 */
const layers = {
  start: ['main.ts', 'gateway.ts', 'open-database.ts', 'open-objects.ts', 'start-up-message.ts', 'config'],
  edges: ['http', 'cli', 'worker'],
  flows: ['flows'],
  parts: [
    'access',
    'admission',
    'pricing',
    'routes',
    'providers',
    'relay',
    'generations',
    'images',
    'store',
    'advice',
    'inputs',
    'files',
    'retouch',
    'ledger',
    'quarantine',
    'jobs',
    'webhooks',
    'review',
    'prompts',
    'migration',
    'sandbox',
    'guard',
    'evidence',
    'gate',
    'idempotency',
    'threads',
    'vault',
    'mcp',
    'batches',
    'search',
    'handoffs',
    'rollout',
    'events',
    'retention',
    'nodes',
  ],
  platform: ['telemetry', 'db', 'outbound', 'pixels'],
  ground: ['contract', 'primitives'],
} as const

type Layer = keyof typeof layers
const order: Layer[] = ['ground', 'platform', 'parts', 'flows', 'edges', 'start']
const root = resolve(import.meta.dirname, '..')

/** Packages that touch the network may be imported only behind the one door that checks where a call goes. */
const networkPackages = ['undici', 'node:https', 'axios', 'got']
/** The one library that brings its own door, for the one address that only an operator names (docs/decisions). */
const bucketPackages = /^@aws-sdk\//

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sourceFiles(path)
    return /\.tsx?$/.test(name) ? [path] : []
  })
}

interface Import {
  from: string
  to: string
}

function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8')
  const specifiers = [
    ...text.matchAll(/^\s*(?:import|export)\b[^'"`;]*?from\s+'([^']+)'/gm),
    ...text.matchAll(/^\s*import\s+'([^']+)'/gm),
    ...text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g),
    ...text.matchAll(/new URL\(\s*'(\.[^']+\.ts)'/g),
  ].map((match) => match[1]!)
  return specifiers.map((to) => ({ from: path, to }))
}

function roomOf(path: string): string {
  return relative(join(root, 'src'), path).split('/')[0]!
}

function layerOf(room: string): Layer | undefined {
  return order.find((layer) => (layers[layer] as readonly string[]).includes(room))
}

const isTest = (path: string) => /\.test\.ts$|-conformance\.ts$|test-(?:kit|support)\.ts$|scripted-upstream\.ts$|\/fixtures\//.test(path)
const files = sourceFiles(join(root, 'src'))
const imports = files.filter((path) => !isTest(path)).flatMap(importsOf)
const ownImports = imports
  .filter(({ to }) => to.startsWith('.'))
  .map(({ from, to }) => ({ from, to: resolve(dirname(from), to) }))
  .filter(({ to }) => to.startsWith(join(root, 'src')))
const apart = ['sdk', 'studio'].flatMap((name) => sourceFiles(join(root, name)).filter((path) => !/\/(?:node_modules|dist)\//.test(path)))
const show = ({ from, to }: Import) => `${relative(root, from)} → ${to.startsWith('/') ? relative(root, to) : to}`

describe('architecture', () => {
  it('reads a tree that really has imports', () => {
    expect(ownImports.length).toBeGreaterThan(100)
  })

  it('gives every room of src a layer', () => {
    expect(readdirSync(join(root, 'src')).filter((name) => !layerOf(name))).toEqual([])
  })

  it('lets imports go down only', () => {
    const upward = ownImports.filter(({ from, to }) => {
      const [a, b] = [layerOf(roomOf(from))!, layerOf(roomOf(to))!]
      return order.indexOf(a) < order.indexOf(b)
    })
    expect(upward.map(show)).toEqual([])
  })

  it('keeps parts, edges and the ground below the contract apart from their siblings', () => {
    const sideways = ownImports.filter(({ from, to }) => {
      const [a, b] = [roomOf(from), roomOf(to)]
      if (a === b || layerOf(a) !== layerOf(b)) return false
      if (layerOf(a) === 'start' || layerOf(a) === 'flows' || layerOf(a) === 'platform') return false
      return !(a === 'contract' && b === 'primitives')
    })
    expect(sideways.map(show)).toEqual([])
  })

  it('enters a part through its door only', () => {
    const sneaking = ownImports.filter(({ from, to }) => {
      const room = roomOf(to)
      if (roomOf(from) === room || layerOf(room) !== 'parts') return false
      if (room === 'providers') return !/providers\/(?:[a-z-]+\/)?index\.ts$/.test(to)
      return to !== join(root, 'src', room, 'index.ts')
    })
    expect(sneaking.map(show)).toEqual([])
  })

  it('keeps vendor folders apart from each other', () => {
    const vendor = (path: string) => /src\/providers\/([a-z-]+)\//.exec(path)?.[1]
    const crossing = ownImports.filter(({ from, to }) => vendor(from) && vendor(to) && vendor(from) !== vendor(to))
    expect(crossing.map(show)).toEqual([])
  })

  it('lets only the outbound door open connections', () => {
    const doors = imports.filter(
      ({ from, to }) =>
        (networkPackages.includes(to) && roomOf(from) !== 'outbound') || (bucketPackages.test(to) && !/\/store\/s3-[a-z]+\.ts$/.test(from)),
    )
    const fetches = files.filter(
      (path) =>
        !isTest(path) &&
        /(?<![.\w])fetch\(|\b(?:http|https)\.request\(/.test(readFileSync(path, 'utf8')) &&
        !['outbound', 'cli'].includes(roomOf(path)),
    )
    expect([...doors.map(show), ...fetches.map((path) => relative(root, path))]).toEqual([])
  })

  it('loads the library of buckets only where a bucket is opened', () => {
    const early = files.filter((path) => /^import (?!type )[^\n]*'@aws-sdk\//m.test(readFileSync(path, 'utf8')))
    expect(early.filter((path) => !isTest(path)).map((path) => relative(root, path))).toEqual([])
  })

  it('keeps sdk and studio free of the gateway, and the gateway of them', () => {
    const reaching = apart
      .flatMap(importsOf)
      .filter(({ from, to }) => to.startsWith('.') && resolve(dirname(from), to).startsWith(join(root, 'src')))
    const reached = files
      .flatMap(importsOf)
      .filter(
        ({ from, to }) => to.startsWith('.') && ['sdk', 'studio'].some((name) => resolve(dirname(from), to).startsWith(join(root, name))),
      )
    expect([...reaching, ...reached].map(show)).toEqual([])
  })

  it('lets the studio reach the gateway through the client alone, by its door, and no screen into another', () => {
    const studio = sourceFiles(join(root, 'studio/src')).flatMap(importsOf)
    expect(studio.length).toBeGreaterThan(50)
    const screenOf = (path: string) => /studio\/src\/screens\/([a-z-]+)\//.exec(path)?.[1]
    const strange = studio.filter(({ from, to }) => {
      if (to.startsWith('#')) return to !== '#sdk'
      if (!to.startsWith('.')) return to.startsWith('node:')
      const path = resolve(dirname(from), to)
      const [one, other] = [screenOf(from), screenOf(path)]
      return !path.startsWith(join(root, 'studio/src')) || (one !== undefined && other !== undefined && one !== other)
    })
    expect(strange.map(show)).toEqual([])
  })

  it('keeps the client to the web platform: nothing of Node, no package but the one that its provider is for', () => {
    const client = ['src', 'ai-sdk'].flatMap((name) => sourceFiles(join(root, 'sdk', name))).filter((path) => !isTest(path))
    expect(client.length).toBeGreaterThan(10)
    const allowed = (path: string) => (path.includes('/ai-sdk/') ? /^\.\/|^\.\.\/src\/index\.ts$|^@ai-sdk\/provider$/ : /^\.\//)
    const strange = client.flatMap(importsOf).filter(({ from, to }) => !allowed(from).test(to))
    expect(strange.map(show)).toEqual([])
  })

  it('never parses or stringifies a whole image answer', () => {
    const parsing = files.filter(
      (path) =>
        !isTest(path) &&
        ['relay', 'providers'].includes(roomOf(path)) &&
        /\.json\(\)|Buffer\.concat\(.*\)\.toString/.test(readFileSync(path, 'utf8')),
    )
    expect(parsing.map((path) => relative(root, path))).toEqual([])
  })

  it('loads OpenTelemetry in one place, which is itself loaded only when spans go somewhere', () => {
    const loading = imports.filter(({ to }) => to.startsWith('@opentelemetry/')).map(({ from }) => relative(root, from))
    expect([...new Set(loading)]).toEqual(['src/telemetry/tracing/otlp-tracing.ts'])
    const openers = imports.filter(({ to }) => to.endsWith('/otlp-tracing.ts')).map(({ from }) => from)
    expect(openers.map((path) => relative(root, path))).toEqual(['src/telemetry/tracing/open-tracing.ts'])
    expect(readFileSync(openers[0]!, 'utf8')).not.toMatch(/^import .*otlp-tracing/m)
  })
})
