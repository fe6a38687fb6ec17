import type { GenerationRecord } from '../../contract/record.ts'
import type { GenerationResult } from '../../generations/index.ts'
import type { ReplyOutline } from '../../relay/index.ts'

/** The text of a whole answer, and where each of its pictures lies in the store. */
export interface WholeAnswer {
  kind: 'whole'
  outline: ReplyOutline
  paths: readonly string[]
}

/** Whether the call asked for an event stream. */
export function asksForStream({ generation }: Pick<GenerationResult, 'generation'>): boolean {
  return (JSON.parse(generation.request_shape_json) as GenerationRecord['request_shape']).stream
}
