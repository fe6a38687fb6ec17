import type { ReportedFacts } from '../images/index.ts'
import type { JsonObject } from '../primitives/json.ts'

/** What an answer says of its pictures beside their bytes. Only text counts: anything else is no report. */
export function reportedFacts(document: JsonObject | undefined): ReportedFacts {
  const text = (name: string) => {
    const value = document?.[name]
    return typeof value === 'string' ? value : null
  }
  return {
    model: text('model'),
    size: text('size'),
    quality: text('quality'),
    output_format: text('output_format'),
    background: text('background'),
  }
}
