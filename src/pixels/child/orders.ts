/** One task for a child. It gets the next one only after its answer. */
export interface Order {
  module: string
  input: unknown
  /** Resident memory above which the child ends itself. */
  maxRssBytes: number
}

/** How a task ended inside a child. */
export type Outcome =
  | { ended: 'done'; output: unknown }
  | { ended: 'refused'; code: string; message: string }
  | { ended: 'threw'; message: string }

/** What a child says after a task: how that ended, and the resident memory the child holds now. */
export interface Answer {
  outcome: Outcome
  rssBytes: number
}

/** Last words of a child that held too much memory, on its standard error. */
export const outOfMemoryWords = 'darkroom: pixel process out of memory'

/** Reads what a child sent. It has decoded hostile pictures, so nothing it says is taken for granted. */
export function readAnswer(message: unknown): Answer {
  const { outcome, rssBytes } = (message ?? {}) as Record<string, unknown>
  return { outcome: readOutcome(outcome), rssBytes: Number(rssBytes) }
}

function readOutcome(outcome: unknown): Outcome {
  const { ended, output, code, message } = (outcome ?? {}) as Record<string, unknown>
  if (ended === 'done') return { ended, output }
  if (ended === 'refused') return { ended, code: String(code), message: String(message) }
  return { ended: 'threw', message: String(message) }
}
