import type { Rollout } from '../contract/rollout-replies.ts'
import { type Html, html } from '../primitives/html.ts'
import { rolloutTexts } from './present-rollout.ts'

const marks = { pass: '✓', fail: '✗', left_out: '–' } as const

/**
 * A report as one page in its language: no scripts, no styles of its own, every text escaped, narrow enough for a phone.
 * @param stylesheetUrl where the page's stylesheet is, on the page's own origin
 */
export function renderRollout(rollout: Rollout, { stylesheetUrl }: { stylesheetUrl: string }): string {
  const { words } = rolloutTexts[rollout.language]
  const title = `${words.title}: ${rollout.route_id}`
  const page = html`<!doctype html>
<html lang="${rollout.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${stylesheetUrl}">
</head>
<body>
<main>
<h1>${title}</h1>
${[head(rollout), ...rollout.steps.map((one) => step(rollout, one)), money(rollout)]}
</main>
</body>
</html>
`
  return page.toString()
}

function head(rollout: Rollout): Html {
  const { words } = rolloutTexts[rollout.language]
  const { final } = rollout
  const compression = final.output_compression === null ? [] : [html`, ${final.output_compression}`]
  return html`<p class="quiet">${rollout.route_owner} · ${rollout.model} · ${rollout.started_at ?? ''} ${rollout.id ?? ''}</p>
<p><strong>${rollout.summary}</strong></p>
<h2>${words.next}</h2>
<p>${rollout.next_action.text}</p>
<h2>${words.final}</h2>
<p>${final.size}, ${final.quality}, ${final.output_format}${compression}; ${words.perPicture} $${final.max_cost.usd}, ${words.within} ${final.max_latency_ms} ms</p>
<h2>${words.steps}</h2>`
}

function step(rollout: Rollout, { n, title, state, checks, evidence, cost }: Rollout['steps'][number]): Html {
  const { words, states } = rolloutTexts[rollout.language]
  const seen = checks.map(({ result, text }) => html`<li>${marks[result]} ${text}</li>`)
  const shown = evidence.map(({ kind, value }) => html`<li class="quiet">${kind}: <code>${value}</code></li>`)
  return html`<h3>${n}. ${title}: ${states[state]}</h3>
${seen.length === 0 ? [] : [html`<ul>\n${seen}\n</ul>`]}
${shown.length === 0 ? [] : [html`<p>${words.evidence} · ${words.cost} $${cost.usd}</p>\n<ul>\n${shown}\n</ul>`]}`
}

function money({ language, cost, planned_cost, reserve, budget, play_money, config_sha256 }: Rollout): Html {
  const { words } = rolloutTexts[language]
  return html`<h2>${words.cost}</h2>
<p>$${cost.usd} · ${words.planned} $${planned_cost.usd} · ${words.most} $${reserve.usd}${budget === null ? [] : [html` · ${words.budget} $${budget.usd}`]}</p>
${play_money ? [html`<p>${words.playMoney}</p>`] : []}
<p class="quiet">${config_sha256}</p>`
}
