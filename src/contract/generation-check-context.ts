import type { ModelCatalogue } from './model-catalogue.ts'

/** What a route can do beyond what every account can. */
export interface RouteCapabilities {
  /** Output formats that OpenAI opens account by account and that are open on this route. */
  gatedFormats: readonly ('gif' | 'svg')[]
}

/** What a check of a generation depends on beside the body. */
export interface GenerationCheckContext {
  catalogue: ModelCatalogue
  /** The moment of the request, milliseconds since 1970: decides which catalogue rows hold. */
  atMs: number
  /** Transparent background on models where it is a preview; a route switches it on. */
  transparentPreview: boolean
  /** Absent: nothing beyond what every account can. */
  routeCapabilities?: RouteCapabilities
  /**
   * `upstream` checks as OpenAI itself would: no `darkroom` key, no ways out in the messages, retired models simply do not exist.
   * @default 'gateway'
   */
  as?: 'gateway' | 'upstream'
}
