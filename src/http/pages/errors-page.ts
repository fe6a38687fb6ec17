import type { FailureRow } from '../../contract/failure.ts'
import { failureCatalogue } from '../../contract/failure-catalogue.ts'
import { escapeHtml } from '../../primitives/escape-html.ts'
import { page } from './page.ts'

const charged = { not_charged: 'not charged', charged: 'charged', unknown: 'unknown whether charged' } as const

/** Every failure of the catalogue under its anchor; `error.docs` of a reply leads here. */
export function errorsPage(): string {
  const sections = Object.entries(failureCatalogue as Record<string, FailureRow>).map(
    ([code, row]) => `<section id="${code}">
<h2><code>${code}</code></h2>
<p class="quiet">${row.status} · ${charged[row.outcome]} · next: ${row.nextAction}</p>
<p>${escapeHtml(row.message)}</p>
</section>`,
  )
  return page(
    'Darkroom: errors',
    `<h1>Errors</h1>\n<p class="quiet">What happened, did it cost money, what to do next.</p>\n${sections.join('\n')}`,
  )
}
