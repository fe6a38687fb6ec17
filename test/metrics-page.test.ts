import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everyMetric } from './support/every-metric.ts'
import { sumOfSamples, type ToldMetric } from './support/metrics-text.ts'
import { startTestGateway, type TestGateway } from './support/test-gateway.ts'
import { toldMetrics } from './support/told-metrics.ts'

const page = readFileSync(join(resolve(import.meta.dirname, '..'), 'docs/operations.md'), 'utf8')
const rows = [...page.matchAll(/^\| `(\w+)` \| (counter|gauge|histogram) \| ([^|]*)\| (process|record) \|/gm)].map(
  ([, name, type, labels]) => ({ name: name!, type: type!, labels: [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label!).sort() }),
)

/** What a metric may be of: two numbers of a name cannot be told apart when their units differ. */
const units = /_(?:seconds|bytes|dollars|ratio|total|info)$/
/** Numbers of things: calls, jobs, batches. */
const unitless =
  /^darkroom_(?:calls_under_way|requests_waiting|unknown_outcomes|route_\w+|jobs_\w+|batches_open|webhook\w+|storage_read_only|database_\w+|objects_waiting|images_due|reviews_(?:open|overdue)|nodes|caretaker)$/

let all: Map<string, ToldMetric>
let told: Map<string, ToldMetric>
let gateway: TestGateway
beforeAll(async () => {
  all = await everyMetric()
  gateway = await startTestGateway()
  told = await toldMetrics(gateway)
})
afterAll(() => gateway.close())

describe('docs/operations.md', () => {
  it('lists every metric that /metrics has, and no other', () => {
    expect(rows.map(({ name }) => name).sort()).toEqual([...told.keys()].sort())
    expect(rows.map(({ name }) => name).sort()).toEqual([...all.keys()].sort())
  })

  it.each(rows)('says of $name what it is and what labels it has', ({ name, type, labels }) => {
    const { type: really, labels: seen } = all.get(name)!
    expect({ type, labels }).toEqual({ type: really, labels: [...seen].sort() })
  })
})

describe('metrics', () => {
  it.each([...Object.entries({ counter: /_total$/, histogram: /_seconds$/ })])('that are a %s have a name that ends so', (type, ending) => {
    const names = rows.filter((row) => row.type === type).map(({ name }) => name)
    expect(names.filter((name) => !ending.test(name))).toEqual([])
  })

  it('have their unit in the name, unless they count things', () => {
    expect(rows.map(({ name }) => name).filter((name) => !units.test(name) && !unitless.test(name))).toEqual([])
  })

  it('of a gateway that made a picture and had one refused say rate, errors, duration, cost and what the machine did for it', () => {
    const owner = { route_owner: 'darkroom-sandbox' }
    expect(sumOfSamples(told, 'darkroom_upstream_call_seconds_count', { ...owner, outcome: 'ok' })).toBe(1)
    expect(sumOfSamples(told, 'darkroom_upstream_failures_total', { ...owner, outcome: 'rejected', cause: 'http_400' })).toBe(1)
    expect(sumOfSamples(told, 'darkroom_upstream_first_byte_seconds_count', owner)).toBe(2)
    expect(sumOfSamples(told, 'darkroom_pictures_total', { ...owner, book: 'sandbox' })).toBe(1)
    expect(sumOfSamples(told, 'darkroom_cost_dollars_total', { ...owner, book: 'sandbox' })).toBeGreaterThan(0)
    expect(sumOfSamples(told, 'darkroom_cost_dollars_total', { book: 'provider' })).toBe(0)
    expect(sumOfSamples(told, 'darkroom_relay_bytes_total')).toBeGreaterThan(1000)
    expect(sumOfSamples(told, 'darkroom_route_state', { route: 'sandbox', state: 'closed' })).toBe(1)
    expect(sumOfSamples(told, 'darkroom_jobs_waiting')).toBe(0)
    expect(sumOfSamples(told, 'darkroom_database_transactions_total')).toBeGreaterThanOrEqual(2)
    expect(sumOfSamples(told, 'darkroom_database_seconds_count', { kind: 'write' })).toBeGreaterThanOrEqual(2)
    expect(sumOfSamples(told, 'darkroom_spool_free_bytes')).toBeGreaterThan(0)
    expect(sumOfSamples(told, 'process_cpu_seconds_total')).toBeGreaterThan(0)
  })
})
