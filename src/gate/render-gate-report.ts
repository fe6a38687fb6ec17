import type { GateReport, GateResult, ProbeLine, Restriction } from '../contract/gate-replies.ts'
import { type Html, html } from '../primitives/html.ts'
import { verdictWords } from './gate-report.ts'

/** What each restriction takes away, in words. */
const restrictionWords: Readonly<Record<Restriction, string>> = {
  no_production: 'no production traffic',
  unknown_wrapper: 'treated as an unknown wrapper: manual tests only',
  no_cost_promise: 'estimates promise nothing',
  no_inputs: 'no references, edits or customer assets',
  manual_only: 'manual tests only',
}

const gateQuestions: Readonly<Record<GateResult['name'], string>> = {
  owner: 'Who answers for endpoint, account, support and abuse?',
  model_mapping: 'Is the declared model reached?',
  billing: 'What do calls cost, also those that fail?',
  output_rights: 'May pictures be kept, used, deleted, passed on?',
  observability: 'Can a call be traced?',
}

/**
 * A report as one page: no scripts, no styles of its own, every text escaped, narrow enough for a phone.
 * @param stylesheetUrl where the page's stylesheet is, on the page's own origin
 */
export function renderGateReport(report: GateReport, { stylesheetUrl }: { stylesheetUrl: string }): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gate: ${report.route_id}: ${report.verdict}</title>
<link rel="stylesheet" href="${stylesheetUrl}">
</head>
<body>
<main>
${[head(report), gates(report), signatures(report), probes(report), skipped(report), cost(report), notes(report)]}
</main>
</body>
</html>
`
  return page.toString()
}

function head(report: GateReport): Html {
  const missing = report.missing.map((what) => html`<li>${what}</li>`)
  const restrictions = [...new Set(report.restrictions)].map((name) => html`<li><code>${name}</code>: ${restrictionWords[name]}</li>`)
  return html`<h1>${report.route_id}: ${report.verdict}</h1>
<p class="quiet">${report.route_owner} · tested ${report.ran_at} · holds until ${report.valid_until}</p>
<p>${verdictWords[report.verdict]}</p>
${report.dry_run ? [html`<p>A dry run: nothing was sent.</p>`] : []}
${list('Restrictions', restrictions)}
${list('What is missing', missing)}
<h2>Next step</h2>
<p>${report.next_action}</p>`
}

function gates({ gates: results }: GateReport): Html {
  const rows = results.map(
    ({ name, result, why, consequence }) => html`<dt><strong>${name}: ${result}</strong></dt>
<dd><span class="quiet">${gateQuestions[name]}</span><br>${why}${consequence === null ? [] : [html`<br>Therefore: ${restrictionWords[consequence]}.`]}</dd>`,
  )
  return html`<h2>Gates</h2>
<dl>
${rows}
</dl>`
}

function signatures({ signatures: found }: GateReport): Html {
  return list(
    'Patterns of reverse routes',
    found.map(({ name, words }) => html`<li><code>${name}</code>: ${words}</li>`),
  )
}

/** Lines of one probe follow each other. */
function probes({ probes: lines }: GateReport): Html {
  const sections = lines.map((line, index) => {
    const before = lines[index - 1]
    const isSame = before?.name === line.name && before.generation_id === line.generation_id
    return html`${isSame ? [] : [probeHead(line)]}<p><code>${signed(line.weight)} ${line.signal}</code> ${line.detail}</p>`
  })
  return html`<h2>Probes</h2>
<p class="quiet">Weights above 0 speak for the route, below 0 against it. No signal proves anything alone.</p>
${sections}`
}

function probeHead({ name, asked, got, generation_id: id }: ProbeLine): Html {
  return html`<h3>${name}</h3>
<p>asked: ${asked}<br>got: ${got}${id === null ? [] : [html`<br><span class="quiet">${id}</span>`]}</p>
`
}

function signed(weight: number): string {
  return weight > 0 ? `+${weight}` : String(weight)
}

function skipped({ skipped: left }: GateReport): Html {
  return list(
    'Probes left out',
    left.map(({ name, reason }) => html`<li>${name}: ${reason}</li>`),
  )
}

function cost(report: GateReport): Html {
  return html`<h2>Cost</h2>
<p>Charged $${report.cost.usd}. Expected $${report.planned_cost.usd}, allowed $${report.cost_ceiling.usd}.</p>`
}

function notes(report: GateReport): Html {
  return html`${list(
    'What this cannot prove',
    report.notes.map((note) => html`<li>${note}</li>`),
  )}
<p class="quiet">configuration ${report.config_sha256}</p>`
}

/** A list under its heading; nothing where there is nothing to list. */
function list(title: string, items: readonly Html[]): Html {
  return items.length === 0 ? html`` : html`<h2>${title}</h2>\n<ul>\n${items}\n</ul>`
}
