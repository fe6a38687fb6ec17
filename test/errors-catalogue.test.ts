import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { FailureRow } from '../src/contract/failure.ts'
import { failureCatalogue } from '../src/contract/failure-catalogue.ts'

const page = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
const rows: Readonly<Record<string, FailureRow>> = failureCatalogue

/** Sections of the page: the code of each `### ` heading and the text below it. */
const sections = page
  .split(/^### /m)
  .slice(1)
  .map((section) => ({
    code: section.slice(0, section.indexOf('\n')).trim().replaceAll('`', ''),
    text: section.slice(section.indexOf('\n')).split(/^## /m)[0]!,
  }))

const moneyWords = { not_charged: 'Not charged', charged: 'Charged', unknown: 'Unknown' }

describe('docs/errors.md', () => {
  it('has one section for every code of the catalogue and none for any other', () => {
    expect(sections.map((section) => section.code).sort()).toEqual(Object.keys(rows).sort())
  })

  it.each(sections)('$code: status, public code, money and next step agree with the catalogue', ({ code, text }) => {
    const row = rows[code]
    const publicCode = row?.publicCode === undefined ? code : row.publicCode
    const facts = /^- Status (\d{3}), type `([^`]+)`, code (.+)$/m.exec(text)
    const cost = /^- (Not charged|Charged|Unknown)\b/m.exec(text)
    expect(facts?.slice(1)).toEqual([String(row?.status), row?.type, publicCode === null ? 'null' : `\`${publicCode}\``])
    expect(cost?.[1]).toBe(row && moneyWords[row.outcome])
    expect(text).toMatch(/^- Next: .{10,}$/m)
  })

  it('can be linked to by the anchor every error carries', () => {
    for (const { code } of sections) expect(page).toMatch(new RegExp(`^### ${code}$`, 'm'))
  })
})
