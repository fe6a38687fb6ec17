/**
 * One row of the table of main models: mainline models that may carry the image tool of the Responses API.
 * It says only who exists; what a main model costs stands on price cards.
 */
export interface MainModelRow {
  id: string
  /** Ids that mean the same model, e.g. the dated snapshot. */
  aliases: readonly string[]
  /** First day the model no longer answers, `YYYY-MM-DD`, UTC; null while none is announced. */
  until: string | null
  /** The id that a refusal after that day names; null where none was named. */
  successor: string | null
  /** The day the facts were read, `YYYY-MM-DD`. */
  readOn: string
  source: string
  confidence: 'confirmed' | 'reported' | 'inferred'
}
