import type { JsonValue } from '../primitives/json.ts'
import { type Failure, failure } from './failure.ts'
import { missing, quote, wrongType } from './field-rules.ts'
import type { ModelRow } from './model-row.ts'
import type { RequestCheckContext } from './request-check-context.ts'

/** Finds the image model that a value names, or the refusal of it. @param param where the value stands: `model`, `tools[0].model`. */
export function findImageModel(param: string, asked: JsonValue | undefined, context: RequestCheckContext): ModelRow | Failure {
  if (asked === undefined) return missing(param)
  if (typeof asked !== 'string') return wrongType(param, 'a string', asked)
  const found = context.catalogue.find(asked, context.atMs)
  if (found && !found.retired) return found.row
  if (!found || context.as === 'upstream') {
    return failure('model_not_found', { param, message: `The model ${quote(asked)} does not exist.` })
  }
  return retiredModel(param, asked, found.row)
}

/** The refusal of a model that was shut down, with its last day and what to ask instead. */
export function retiredModel(param: string, asked: string, row: Pick<ModelRow, 'until' | 'successor'>): Failure {
  const since = row.until === null ? '' : ` on ${row.until}`
  const next = row.successor === null ? 'GET /v1/models lists the ids that are served.' : `Use '${row.successor}' instead.`
  return failure('model_retired', { param, message: `The model ${quote(asked)} was shut down${since}. Nothing was charged. ${next}` })
}
