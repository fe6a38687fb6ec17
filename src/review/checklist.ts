import type { CheckKind } from '../contract/review-policy.ts'
import type { ReviewPlan } from './plan-review.ts'

/** One question about a picture. */
export interface Check {
  /** As answers name it: `text:ja`, `brand`. */
  id: string
  kind: CheckKind
  lang: string | null
  question: string
}

/** What a reviewer says to a question. */
export type Answer = 'yes' | 'no' | 'not_applicable'

const questions: Record<Exclude<CheckKind, 'text'>, string> = {
  structure: 'Is everything drawn as it should be: hands, faces, products, perspective, and nothing moved that was to stay?',
  brand: "Does it keep to the house's own look: logos, colours, typefaces, tone?",
  rights: 'May it be used: sources, people, trademarks, and no work of somebody else imitated?',
}

/** The questions about a picture: of each language one that nobody can answer by a thumbnail, then one of each other kind. */
export function checklistOf({ checklist, languages }: Pick<ReviewPlan, 'checklist' | 'languages'>): Check[] {
  const texts = checklist.includes('text') ? languages.map(textCheck) : []
  const others = (['structure', 'brand', 'rights'] as const).filter((kind) => checklist.includes(kind))
  return [...texts, ...others.map((kind) => ({ id: kind, kind, lang: null, question: questions[kind] }))]
}

function textCheck(lang: string): Check {
  const question = `Have you read every text in ${lang} in full, at full size and not as a thumbnail, and is each character right?`
  return { id: `text:${lang}`, kind: 'text', lang, question }
}

/** Answers held against a checklist. */
export interface AnsweredChecklist {
  /** Questions that were not answered so that the picture can be approved. */
  open: string[]
  /** Answers to questions that nobody asked. */
  unknown: string[]
}

/** Holds answers against a checklist. A text is read or it is not: nobody can say that it does not matter. */
export function judgeAnswers(checklist: readonly Check[], answers: Readonly<Record<string, Answer>>): AnsweredChecklist {
  const settles = ({ id, kind }: Check) => answers[id] === 'yes' || (answers[id] === 'not_applicable' && kind !== 'text')
  return {
    open: checklist.filter((check) => !settles(check)).map(({ id }) => id),
    unknown: Object.keys(answers).filter((id) => !checklist.some((check) => check.id === id)),
  }
}

/** Whether a picture is approved by those alone who have opened it at full size. */
export function needsFullSize(checklist: readonly Check[]): boolean {
  return checklist.some(({ kind }) => kind === 'text')
}
