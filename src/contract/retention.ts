/** What is kept for a time of its own. */
export const keptKinds = ['results', 'previews', 'inputs', 'prompts'] as const
/** `results`: pictures that came; `previews`: of streams; `inputs`: what calls brought along, and files; `prompts`: words asked and answered. */
export type KeptKind = (typeof keptKinds)[number]

/** Days that something is kept; null = until somebody deletes it. */
export type RetentionDays = Readonly<Record<KeptKind, number | null>>

/** What a project says of it: days, `keep` = until somebody deletes it, null = as the gateway says. */
export type ProjectRetention = Readonly<Record<KeptKind, number | 'keep' | null>>

/** The longest that can be asked for: a hundred years. */
export const MOST_DAYS = 36_500

/** Why something goes, or went, when it does: until it is deleted, a time of the gateway's or the project's, or because somebody asked. */
export type DeletionPolicy = 'keep' | `gateway:${number}d` | `project:${number}d` | 'by_request'

/** How long something that is recorded now is kept, and who says so. */
export interface RetentionRule {
  days: number | null
  policy: DeletionPolicy
}

/** The rules for everything that one project records. */
export type Retention = Readonly<Record<KeptKind, RetentionRule>>

/** Nothing goes by itself. */
export const keepsAll: RetentionDays = { results: null, previews: null, inputs: null, prompts: null }

/** The rules of a project: its own where it has one, else the gateway's. */
export function retentionOf(gateway: RetentionDays, project: ProjectRetention | null): Retention {
  const ruleOf = (kind: KeptKind): RetentionRule => {
    const own = project?.[kind] ?? null
    if (own === 'keep') return { days: null, policy: 'keep' }
    if (own !== null) return { days: own, policy: `project:${own}d` }
    const days = gateway[kind]
    return days === null ? { days, policy: 'keep' } : { days, policy: `gateway:${days}d` }
  }
  return { results: ruleOf('results'), previews: ruleOf('previews'), inputs: ruleOf('inputs'), prompts: ruleOf('prompts') }
}

const DAY_MS = 24 * 60 * 60 * 1000

/** When something goes that is recorded now; null = it does not go by itself. */
export function deleteAfterMs({ days }: Pick<RetentionRule, 'days'>, nowMs: number): number | null {
  return days === null ? null : nowMs + days * DAY_MS
}
