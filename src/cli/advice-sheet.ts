import type { Advice } from '../contract/record.ts'
import { type AdviceLabels, adviceLabels } from './advice-labels.ts'
import { displayWidth } from './layout.ts'
import { paragraph } from './paragraph.ts'

/**
 * An advice as a page of a terminal, in its own language: surface, reasons, stop rule, what it fixes, planning, and the call.
 * @param width cells of a line; undefined where no terminal reads it: every sentence then has a line of its own. The call is never broken.
 */
export function adviceSheet(advice: Advice, width: number | undefined): string {
  const labels = adviceLabels[advice.lang]
  const { why, understood, stop_rule, planning, warnings, request } = advice
  const planningIs = labels.planningIs[planning.available ? 'available' : 'notPromised']
  const known = understood.map(({ signal, value, from }) => `${signal}: ${value} (${labels.from[from]})`)
  const sections = [
    `${labels.surface}: ${labels.surfaces[advice.surface]}${request === null ? '' : `, ${request.method} ${request.path}`}`,
    section(labels.why, bullets(why, width)),
    section(labels.understood, bullets(known, width)),
    section(labels.stopRule, indented('  ', stop_rule.text, width)),
    section(labels.fixes, fixesOf(advice.fixes, labels, width)),
    section(`${labels.planning}: ${planningIs}`, indented('  ', planning.text, width)),
    section(
      labels.warnings,
      bullets(
        warnings.map(({ message }) => message),
        width,
      ),
    ),
    section(labels.request, request?.curl.split('\n') ?? []),
  ]
  return sections.filter((text) => text !== '').join('\n\n')
}

/** A title and its lines; nothing where there is nothing to say. */
function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [title, ...lines].join('\n')
}

function bullets(texts: readonly string[], width: number | undefined): string[] {
  return texts.flatMap((text) => indented('  - ', text, width))
}

function fixesOf(fixes: Advice['fixes'], labels: AdviceLabels, width: number | undefined): string[] {
  const names = Object.keys(labels.fix) as (keyof Advice['fixes'])[]
  const widest = Math.max(...names.map((name) => displayWidth(labels.fix[name])))
  return names.flatMap((name) => {
    const label = labels.fix[name]
    return indented(`  ${label}${' '.repeat(widest - displayWidth(label) + 2)}`, fixes[name], width)
  })
}

/** Fewest cells for prose beside what stands before it, on however narrow a terminal. */
const NARROWEST = 20

/** Prose behind `head`, its further lines below its first. */
function indented(head: string, text: string, width: number | undefined): string[] {
  if (width === undefined) return [head + text]
  const indent = displayWidth(head)
  const lines = paragraph(text, Math.max(NARROWEST, width - indent))
  return lines.map((line, index) => (index === 0 ? head : ' '.repeat(indent)) + line)
}
