import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type GateReport, gateReportSchema } from '../contract/record.ts'
import { answered, contractFacts, gatedRoute, twists } from './gate-test-kit.ts'
import { gateReport, judgeGate, planProbes, renderGateReport } from './index.ts'

const stylesheetUrl = '/assets/page.css'
const relay = [twists.drawsAutoArea, twists.saysAuto, twists.takesAnyModel, twists.signsAsChatgpt, twists.dropsUsage, twists.forcesPng]

function reportOf(does = relay): GateReport {
  const route = gatedRoute()
  return gateReport({
    route,
    configSha256: 'c'.repeat(64),
    judgement: judgeGate(route, contractFacts({ rights: null }), answered(route, does)),
    skipped: planProbes(route, () => 0).skipped,
    ranAtMs: Date.UTC(2026, 10, 20),
    cost: 20_030_000n,
    costCeiling: 250_000_000n,
    plannedCost: 21_000_000n,
    dryRun: false,
  })
}

const tagsOf = (page: string) => page.match(/<[^>]*>/g)

/** Every text of a value replaced, but for the words that the schema lists. */
function withTexts(value: unknown, text: string): unknown {
  const listed = ['verdict', 'restrictions', 'result', 'consequence', 'signal']
  if (typeof value === 'string') return text
  if (Array.isArray(value)) return value.map((member) => withTexts(member, text))
  if (typeof value !== 'object' || value === null) return value
  const isGate = 'consequence' in value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      listed.includes(name) || (isGate && name === 'name') ? member : withTexts(member, text),
    ]),
  )
}

describe('renderGateReport', () => {
  it('shows a report that the contract describes: verdict, gates and consequences, probes, signatures, cost, next step', () => {
    const report = reportOf()
    expect(gateReportSchema.parse(report)).toEqual(report)
    const page = renderGateReport(report, { stylesheetUrl })
    for (const words of [
      'studio-api: refused',
      'Serves nothing',
      'owner: pass',
      'model_mapping: fail',
      'Therefore: no references, edits or customer assets.',
      'asked: gpt-image-2.5-sunburst, ',
      'the area of an automatic size',
      '<code>-3 against</code>',
      '<code>any_model_accepted</code>',
      'Charged $0.02003. Expected $0.021, allowed $0.25.',
      'Take the route out of darkroom.yaml',
      'no trust list offline',
      'plain_picture: ',
    ]) {
      expect(page).toContain(words)
    }
  })

  it('says what an unknown verdict lacks, and that a dry run sent nothing', () => {
    const page = renderGateReport({ ...reportOf([twists.isUnreachable]), dry_run: true }, { stylesheetUrl })
    expect(page).toContain('<h2>What is missing</h2>')
    expect(page).toContain('nonsense_model: no answer that says anything')
    expect(page).toContain('nothing was sent')
    expect(page).not.toContain('Patterns of reverse routes</h2>')
  })

  it('holds no script, no style, no frame, and nothing from elsewhere', () => {
    const tags = tagsOf(renderGateReport(reportOf(), { stylesheetUrl }))!
    const names = new Set(tags.map((tag) => /^<[/!]?([a-z0-9]+)/.exec(tag)![1]))
    for (const name of ['script', 'style', 'iframe', 'img', 'form', 'a', 'object']) expect(names).not.toContain(name)
    expect(tags.filter((tag) => /\s(?:on\w+|style|src)=/.test(tag))).toEqual([])
    expect(tags.filter((tag) => tag.includes('href='))).toEqual(['<link rel="stylesheet" href="/assets/page.css">'])
  })

  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      '</title><script>',
      '&lt;b&gt;',
      "' onclick='x",
      '<!--',
      ']]>',
    ),
  )

  it('has the same tags whatever text a route, its owner or its answers bring', () => {
    const report = reportOf()
    fc.assert(
      fc.property(hostile, (text) => {
        const page = (words: string) => renderGateReport(withTexts(report, words) as GateReport, { stylesheetUrl })
        expect(tagsOf(page(text))).toEqual(tagsOf(page('words')))
      }),
    )
  })

  it('has the same tags whatever a route answered', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const page = (words: string) => {
          const says = () => ({
            errorCode: words,
            requestId: `x${words}`,
            reported: { model: words, size: words, quality: words, outputFormat: words },
          })
          return renderGateReport(reportOf([says as (typeof relay)[number]]), { stylesheetUrl })
        }
        expect(tagsOf(page(`a${text}`))).toEqual(tagsOf(page('a')))
      }),
    )
  })
})
