import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { everyMetric } from './support/every-metric.ts'
import type { ToldMetric } from './support/metrics-text.ts'
import { type PromqlNames, readPromql } from './support/promql.ts'
import { startTestGateway, type TestGateway } from './support/test-gateway.ts'
import { toldMetrics } from './support/told-metrics.ts'

const root = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Rule {
  alert: string
  expr: string
  labels: { severity: string }
  annotations: { summary: string; runbook: string }
}
interface Panel {
  type: string
  title: string
  id: number
  gridPos: { h: number; w: number; x: number; y: number }
  targets?: { expr: string; legendFormat?: string }[]
}

const rules = (parse(read('deploy/prometheus/alerts.yaml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules)
const dashboard = JSON.parse(read('deploy/grafana/darkroom.json')) as {
  panels: Panel[]
  templating: { list: { name: string; definition?: string }[] }
}
const page = read('docs/operations.md')

/** What Grafana writes in place of its variables. */
const filledIn = (expr: string) => expr.replaceAll('$__rate_interval', '5m')
const panelQueries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map((target): [string, string, string] => [title, filledIn(target.expr), target.legendFormat ?? '']),
)

let gateway: TestGateway
let told: Map<string, ToldMetric>
let all: Map<string, ToldMetric>
beforeAll(async () => {
  all = await everyMetric()
  gateway = await startTestGateway()
  told = await toldMetrics(gateway)
})
afterAll(() => gateway.close())

/** What Prometheus itself adds to every series, and has of its own. */
const everywhere = ['job', 'instance']
const ofPrometheus = new Set(['up'])

/** The metric that a series is of, and the labels that it really has. */
function seriesOf(name: string): { labels: Set<string>; samples: ToldMetric['samples'] } {
  const base = name.replace(/_(?:bucket|sum|count)$/, '')
  const metric = told.get(name) ?? (told.get(base)?.type === 'histogram' ? told.get(base) : undefined)
  if (metric === undefined) throw new Error(`/metrics has no series ${name}`)
  const full = all.get(told.has(name) ? name : base)!
  // What never happened to this gateway has no series there: its labels are those that it would have.
  const labels = new Set([...(metric.samples.length > 0 ? metric.labels : full.labels), ...everywhere])
  if (name.endsWith('_bucket')) labels.add('le')
  return { labels, samples: [...metric.samples, ...full.samples] }
}

function assertKnown({ selectors, grouping }: PromqlNames): void {
  const ours = selectors.filter(({ name }) => !ofPrometheus.has(name))
  expect(ours).not.toEqual([])
  for (const { name, matchers } of ours) {
    const { labels, samples } = seriesOf(name)
    for (const { label, operator, value } of matchers) {
      expect([...labels], `label ${label} of ${name}`).toContain(label)
      if (operator !== '=' || everywhere.includes(label) || label === 'status') continue
      expect(
        samples.map((sample) => sample.labels[label]),
        `${label} of ${name}`,
      ).toContain(value)
    }
    for (const label of grouping) expect([...labels], `label ${label} of ${name}, grouped by`).toContain(label)
  }
}

describe('deploy/prometheus/alerts.yaml', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))('%s names series and labels that a gateway has', (_, { expr, annotations }) => {
    const names = readPromql(expr)
    assertKnown(names)
    const shown = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!)
    const kept = names.grouping.length > 0 ? names.grouping : everywhere
    expect(shown.filter((label) => !kept.includes(label))).toEqual([])
  })

  it('has one rule of a name, each with a row in docs/operations.md that its runbook leads to', () => {
    const rows = [...page.matchAll(/^\| <a id="(\w+)"><\/a>`(\w+)` \((\w+)\) \| .{40,} \|$/gm)].map(([, id, alert, severity]) => ({
      alert,
      severity,
      runbook: `docs/operations.md#${id}`,
    }))
    expect(rows).toEqual(
      rules.map(({ alert, labels, annotations }) => ({ alert, severity: labels.severity, runbook: annotations.runbook })),
    )
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  })
})

describe('deploy/grafana/darkroom.json', () => {
  it.each(panelQueries)('%s: %s names series and labels that a gateway has', (_title, expr, legend) => {
    const names = readPromql(expr)
    assertKnown(names)
    const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!)
    const kept = names.grouping.length > 0 ? names.grouping : everywhere
    expect(shown.filter((label) => !kept.includes(label))).toEqual([])
  })

  it('asks only for variables that it has, and fills them from series that a gateway has', () => {
    const variables = dashboard.templating.list.map(({ name }) => name)
    const asked = panelQueries.flatMap(([, expr]) => [...expr.matchAll(/\$\{?(\w+)/g)].map(([, name]) => name!))
    expect([...new Set(asked)].filter((name) => !variables.includes(name))).toEqual([])
    for (const { definition } of dashboard.templating.list.filter((variable) => variable.definition)) {
      const [, series, label] = /^label_values\((.+), (\w+)\)$/.exec(definition!)!
      const { selectors } = readPromql(series!)
      expect([...seriesOf(selectors[0]!.name).labels]).toContain(label)
    }
  })

  it('has panels that stand beside one another', () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    )
    expect(new Set(cells).size).toBe(cells.length)
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  })

  it('adds up nothing that every process counts on the same record', () => {
    const onRecord = [...page.matchAll(/^\| `(\w+)` \| gauge \| [^|]*\| record \|/gm)].map(([, name]) => name!)
    expect(onRecord.length).toBeGreaterThan(8)
    const queries = [...panelQueries.map(([, expr]) => expr), ...rules.map(({ expr }) => expr)]
    for (const name of onRecord)
      for (const expr of queries.filter((query) => query.includes(name)))
        expect(expr).toMatch(new RegExp(`max(?: by \\([^)]*\\) )?\\(${name}`))
  })
})
