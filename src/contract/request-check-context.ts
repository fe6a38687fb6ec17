import type { DarkroomHeaders } from './darkroom-headers.ts'
import type { ModelCatalogue } from './model-catalogue.ts'

/** What a route can do beyond what every account can. */
export interface RouteCapabilities {
  /** Output formats that OpenAI opens account by account and that are open on this route. */
  gatedFormats: readonly ('gif' | 'svg')[]
}

/** What a check of a generation or an edit depends on beside the body. */
export interface RequestCheckContext {
  catalogue: ModelCatalogue
  /** The moment of the request, milliseconds since 1970: decides which catalogue rows hold. */
  atMs: number
  /** Transparent background on models where it is a preview; a route switches it on. */
  transparentPreview: boolean
  /** Absent: nothing beyond what every account can. */
  routeCapabilities?: RouteCapabilities
  /** What the `x-darkroom-*` headers ask; absent: nothing. Must agree with the key `darkroom`. */
  headers?: DarkroomHeaders
  /** Edits with a mask are composited strictly unless the call says otherwise: the project's setting. @default false */
  strictMaskByDefault?: boolean
  /**
   * `upstream` checks as OpenAI itself would: no `darkroom` key, no headers of ours, no ways out in the messages, retired models simply
   * do not exist.
   * @default 'gateway'
   */
  as?: 'gateway' | 'upstream'
}
