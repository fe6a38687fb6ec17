import { type SignalName, signalWeights } from './signal-weights.ts'
import type { ReverseSignature } from './signatures.ts'

/** One signal of one probe with its weight. */
export interface WeighedSignal {
  name: SignalName
  verdict: 'for' | 'against' | 'none'
  /** Above 0 for, below 0 against, 0 none. */
  weight: number
  signature: ReverseSignature | null
  detail: string
}

/** As honest routes behave. */
export function speaksFor(name: SignalName, detail: string): WeighedSignal {
  return { name, verdict: 'for', weight: signalWeights[name].for, signature: null, detail }
}

/** As routes behave that swap the model, ignore the request or relay a subscription. */
export function speaksAgainst(name: SignalName, detail: string, signature: ReverseSignature | null = null): WeighedSignal {
  return { name, verdict: 'against', weight: signalWeights[name].against, signature, detail }
}

/** Nothing to tell from. */
export function saysNothing(name: SignalName, detail: string): WeighedSignal {
  return { name, verdict: 'none', weight: 0, signature: null, detail }
}
