import { isJsonObject, type JsonObject } from '../primitives/json.ts'
import { checkDarkroomExtension } from './darkroom-extension.ts'
import type { Failure } from './failure.ts'
import type { DarkroomExtension } from './image-request.ts'
import type { RequestCheckContext } from './request-check-context.ts'
import { headerConflicts } from './retouch-settings.ts'

/** Reads the reserved key of a body and holds it against the headers that speak of the same. For upstream there is no such key. */
export function readExtension(body: JsonObject, context: RequestCheckContext): { extension: DarkroomExtension; refusals: Failure[] } {
  if (context.as === 'upstream') return { extension: {}, refusals: [] }
  const ours = Object.hasOwn(body, 'darkroom') ? body.darkroom : undefined
  const faults = ours === undefined ? [] : checkDarkroomExtension(ours)
  const extension: DarkroomExtension = faults.length === 0 && isJsonObject(ours) ? ours : {}
  const conflicts = context.headers ? headerConflicts(extension, context.headers) : []
  return { extension, refusals: [...faults, ...conflicts] }
}
