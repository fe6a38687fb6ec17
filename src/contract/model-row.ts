/** A quality tier that has a price of its own; `auto` is a request, never a tier. */
export type Quality = 'low' | 'medium' | 'high' | 'xhigh' | 'max'
/** Result formats the contract knows. */
export type OutputFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'svg'
/** Which formula turns size and quality into output tokens; `unknown` is estimated with a stated margin. */
export type TokenFormula = 'gpt-image-2' | 'gpt-image-2.5' | 'gpt-image-1' | 'unknown'

/**
 * One dated row of the model catalogue: what a model id accepted from a day on.
 * Rows are data, so that a team can add a model in `darkroom.yaml` on its launch day.
 */
export interface ModelRow {
  id: string
  /** Ids that mean the same model, e.g. the dated snapshot. */
  aliases: readonly string[]
  family: string
  /** First day the row holds, `YYYY-MM-DD`. */
  from: string
  /** First day the model no longer answers; null while none is announced. */
  until: string | null
  state: 'current' | 'older' | 'retired'
  /** The id a refusal of a retired model names. */
  successor: string | null
  qualities: readonly Quality[]
  /** What the model can draw; gif and svg need a route besides that says they are open: OpenAI gives access account by account. */
  outputFormats: readonly OutputFormat[]
  /** Transparent background: honoured, preview only, refused, or not known. */
  transparent: 'yes' | 'preview' | 'no' | 'unknown'
  inputFidelity: readonly ('high' | 'low')[]
  /** `free` = the size rules of the family; otherwise the only sizes accepted. */
  sizes: 'free' | readonly string[]
  tokenFormula: TokenFormula
  /** `complexity` accepted. */
  complexity: boolean
  /** Edits take hints drawn over the first image. */
  markup: boolean
  maxN: number
  maxInputImages: number
  /** Where each fact comes from and how sure it is. */
  source: string
  confidence: 'confirmed' | 'reported' | 'inferred'
}
