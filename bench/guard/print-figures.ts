import { kinds } from './guard-set.ts'
import type { JudgedCase } from './judge-set.ts'

const rules = ['drift', 'subject', 'camera', 'text'] as const
const honestKinds = ['honest', 'background', 'text set anew', 'jpeg', 'noise', 'drawn right'] as const
/** Kinds in which the text was to stay, and an edit took place. */
const keptTextKinds = ['honest', 'background', 'text set anew', 'jpeg', 'noise'] as const

/** The figures of a set as lines of text. */
export function printFigures(seed: string, cases: readonly JudgedCase[]): string {
  return [`seed "${seed}", ${cases.length} cases`, '', ...overallLines(cases), '', ...ruleLines(cases), '', ...targetLines(cases), ''].join(
    '\n',
  )
}

function overallLines(cases: readonly JudgedCase[]): string[] {
  const lines = Object.keys(kinds).map((kind) => {
    const of = cases.filter((made) => made.kind === kind)
    const count = (overall: string) => of.filter(({ report }) => report.overall === overall).length
    return overallLine(kind, of.length, count('adoptable'), count('needs_human'), count('reject'))
  })
  return [overallLine('kind', 'cases', 'adoptable', 'needs human', 'reject'), ...lines]
}

function overallLine(kind: string, ...cells: (string | number)[]): string {
  return kind.padEnd(20) + cells.map((cell) => String(cell).padStart(12)).join('')
}

/** Of a rule: how far its `changed` can be believed, how many changes it found, and what it said where nothing was to be said. */
function ruleLines(cases: readonly JudgedCase[]): string[] {
  const heads = ['precision', 'recall', 'caught or unsure', 'kept as it should', 'unsure instead', 'changed instead', 'not judged']
  return [ruleLine('rule', heads), ...rules.map((rule) => ruleLine(rule, ruleCells(rule, cases)))]
}

function ruleLine(rule: string, cells: readonly string[]): string {
  return (rule.padEnd(9) + cells.map((cell) => cell.padEnd(19)).join('')).trimEnd()
}

function ruleCells(rule: (typeof rules)[number], cases: readonly JudgedCase[]): string[] {
  const judged = cases.filter(({ truth }) => truth[rule] !== null)
  const [changed, kept] = [false, true].map((isKept) => judged.filter(({ truth }) => truth[rule] === isKept)) as [
    JudgedCase[],
    JudgedCase[],
  ]
  const said = (of: readonly JudgedCase[], ...verdicts: unknown[]) =>
    of.filter(({ report }) => verdicts.includes(report[rule].verdict)).length
  const found = said(changed, 'changed')
  return [
    ...[share(found, said(judged, 'changed')), share(found, changed.length), share(said(changed, 'changed', 'unsure'), changed.length)],
    ...['kept', 'unsure', 'changed', null].map((verdict) => share(said(kept, verdict), kept.length)),
  ]
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
  const drawn = cases.filter(({ kind }) => kind === 'drawn wrong')
  return [
    targetLine('honest edits and drawn pictures rejected', rejected.length, honest.length, 'none in 100'),
    targetLine('one Latin glyph changed, caught or unsure', notKept(glyph('latin')), glyph('latin').length, '98 %'),
    targetLine(
      'one CJK glyph changed, caught or unsure',
      notKept(glyph('japanese', 'chinese')),
      glyph('japanese', 'chinese').length,
      '95 %',
    ),
    targetLine('subject shifted by 4 px or more, changed', seen(far), far.length, '95 %'),
    targetLine('   where the caller declared it', seen(declared), declared.length),
    targetLine('   where it was guessed', seen(guessed), guessed.length),
    targetLine('text of honest edits kept', kept.length - notKept(kept), kept.length, '80 %'),
    targetLine('one glyph drawn wrong, caught or unsure', notKept(drawn), drawn.length),
  ]
}

function targetLine(what: string, part: number, whole: number, target?: string): string {
  return (what.padEnd(44) + share(part, whole).padStart(18) + (target ? `   target: ${target}` : '')).trimEnd()
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} % (${part}/${whole})`
}
