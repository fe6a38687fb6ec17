import type { ErrorObject } from '../contract/record.ts'

/** What a caller of a tool is told instead of a result. */
export class ToolFault extends Error {
  readonly error: Partial<ErrorObject>

  /** @param error as the API would have answered; what is missing is taken for a refusal that cost nothing. */
  constructor(message: string, error: Partial<ErrorObject> = {}) {
    super(message)
    this.name = 'ToolFault'
    this.error = { outcome: 'not_charged', next_action: 'stop', ...error, message }
  }
}
