import type { DataUrlInput } from './edit-inputs.ts'
import type { MainModelCatalogue } from './main-model-catalogue.ts'
import type { RequestCheckContext } from './request-check-context.ts'

/** What a check of a Responses call depends on beside the body. `strictMaskByDefault` has no meaning here: masks of the tool guide. */
export interface ResponseCheckContext extends RequestCheckContext {
  mainModels: MainModelCatalogue
  /**
   * A main model the table does not know: sent on and counted at the project's ceiling, or refused.
   * @default 'pass_with_ceiling'
   */
  unknownModels?: 'refuse' | 'pass_with_ceiling'
  /** Whether a price card names the main model; absent: every model of the table has one. */
  isPricedMainModel?: (model: string) => boolean
}

/** The data URLs that were taken out of the body while it was read, and the addresses of pictures that this gateway made. */
export interface ResponseInputs {
  dataUrls: readonly DataUrlInput[]
  isServedUrl?: (url: string) => boolean
}
