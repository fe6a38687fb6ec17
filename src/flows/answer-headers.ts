import type { ContractWarning } from '../contract/image-request.ts'
import type { GenerationResult } from '../generations/index.ts'

/** A generation as the headers of its answer speak of it. */
export interface AnsweredGeneration {
  id: string
  routeId: string
  book: string
  warnings: readonly ContractWarning[]
}

/** What every answer of a generation says about itself. */
export function headersOf({ id, routeId, book, warnings }: AnsweredGeneration): Record<string, string> {
  const codes = [...new Set(warnings.map((warning) => warning.code))]
  return {
    'x-darkroom-generation': id,
    'x-darkroom-route': routeId,
    ...(book === 'sandbox' ? { 'x-darkroom-sandbox': 'true' } : {}),
    ...(codes.length > 0 ? { 'x-darkroom-warnings': codes.join(', ') } : {}),
  }
}

/** The same of one that is on record. */
export function answerHeaders({ generation }: GenerationResult): Record<string, string> {
  const { id, route_id: routeId, book, warnings_json } = generation
  return headersOf({ id, routeId, book, warnings: JSON.parse(warnings_json) })
}
