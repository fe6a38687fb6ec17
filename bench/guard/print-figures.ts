import type { GuardReport } from '../../src/guard/index.ts'
import { type GuardCase, kinds } from './guard-set.ts'

/** A case and what the guard said. */
export interface JudgedCase extends Pick<GuardCase, 'kind' | 'script' | 'truth' | 'shift'> {
  isSubjectDeclared: boolean
  report: GuardReport
}

const rules = ['drift', 'subject', 'camera', 'text'] as const
const honestKinds = ['honest', 'background', 'text set anew', 'jpeg', 'noise', 'drawn right'] as const
/** Kinds in which the text was to stay, and an edit took place. */
const keptTextKinds = ['honest', 'background', 'text set anew', 'jpeg', 'noise'] as const

/** The figures of a set as lines of text. */
export function printFigures(seed: string, cases: readonly JudgedCase[]): string {
  return [
    `seed "${seed}", ${cases.length} cases`,
    '',
    ...overallLines(cases),
    '',
    ...rules.map((rule) => ruleLine(rule, cases)),
    '',
    ...targetLines(cases),
    '',
  ].join('\n')
}

function overallLines(cases: readonly JudgedCase[]): string[] {
  const lines = Object.keys(kinds).map((kind) => {
    const of = cases.filter((made) => made.kind === kind)
    const count = (overall: string) => String(of.filter(({ report }) => report.overall === overall).length).padStart(9)
    return `${kind.padEnd(20)}${String(of.length).padStart(6)}${count('adoptable')}${count('needs_human')}${count('reject')}`
  })
  return [`${'kind'.padEnd(20)}${'cases'.padStart(6)}${'adoptable'.padStart(9)}${' human'.padStart(9)}${'reject'.padStart(9)}`, ...lines]
}

function ruleLine(rule: (typeof rules)[number], cases: readonly JudgedCase[]): string {
  const judged = cases.filter(({ truth }) => truth[rule] !== null)
  const changed = judged.filter(({ truth }) => truth[rule] === false)
  const said = (of: readonly JudgedCase[], ...verdicts: unknown[]) => of.filter(({ report }) => verdicts.includes(report[rule].verdict))
  const [right, all] = [said(changed, 'changed').length, said(judged, 'changed').length]
  const caught = said(changed, 'changed', 'unsure').length
  const kept = judged.filter(({ truth }) => truth[rule] === true)
  return [
    `${rule.padEnd(9)}precision ${share(right, all)}`,
    `recall ${share(right, changed.length)}`,
    `caught or unsure ${share(caught, changed.length)}`,
    `kept of the kept ${share(said(kept, 'kept').length, kept.length)}`,
    `unsure of the kept ${share(said(kept, 'unsure').length, kept.length)}`,
  ].join('   ')
}

function targetLines(cases: readonly JudgedCase[]): string[] {
  const honest = cases.filter(({ kind }) => (honestKinds as readonly string[]).includes(kind))
  const rejected = honest.filter(({ report }) => report.overall === 'reject')
  const glyph = (...scripts: string[]) => cases.filter(({ kind, script }) => kind.startsWith('glyph') && scripts.includes(script))
  const notKept = (of: readonly JudgedCase[]) => of.filter(({ report }) => report.text.verdict !== 'kept').length
  const far = cases.filter(({ kind, shift }) => kind === 'subject shifted' && shift >= 4)
  const [declared, guessed] = [far.filter((made) => made.isSubjectDeclared), far.filter((made) => !made.isSubjectDeclared)]
  const seen = (of: readonly JudgedCase[]) => of.filter(({ report }) => report.subject.verdict === 'changed').length
  const kept = cases.filter(({ kind, truth }) => (keptTextKinds as readonly string[]).includes(kind) && truth.text === true)
  return [
    `honest edits rejected                            ${share(rejected.length, honest.length)}   target: none in 100`,
    `one Latin glyph changed, caught or unsure        ${share(notKept(glyph('latin')), glyph('latin').length)}   target: 98 %`,
    `one CJK glyph changed, caught or unsure          ${share(notKept(glyph('japanese', 'chinese')), glyph('japanese', 'chinese').length)}   target: 95 %`,
    `subject shifted by 4 px or more, changed         ${share(seen(far), far.length)}   target: 95 %`,
    `   where the caller declared it                  ${share(seen(declared), declared.length)}`,
    `   where it was guessed                          ${share(seen(guessed), guessed.length)}`,
    `text of honest edits kept                        ${share(kept.length - notKept(kept), kept.length)}   target: 80 %`,
  ]
}

function share(part: number, whole: number): string {
  const percent = whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`
  return `${percent.padStart(7)} (${part}/${whole})`.padEnd(18)
}
