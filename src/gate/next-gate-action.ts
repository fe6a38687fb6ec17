import type { GateResult, GateVerdict } from '../contract/gate-replies.ts'
import { shownText } from './shown-text.ts'

/** What the next step depends on. */
export interface JudgedSoFar {
  verdict: GateVerdict
  gates: readonly GateResult[]
  /** Probes that decide and have no answer. */
  undecided: readonly string[]
  /** What was done to the pictures' credentials; null = nothing. */
  credentialFault: string | null
  /** Facts that nobody stated, by their names in darkroom.yaml. */
  unstated: readonly string[]
}

/** What to do after a run, one or two sentences. */
export function nextGateAction(judged: JudgedSoFar): string {
  switch (judged.verdict) {
    case 'production':
      return 'Nothing: the route may carry production traffic until the run expires or its configuration changes.'
    case 'refused':
      return 'Take the route out of darkroom.yaml, or ask its owner what stands behind it. It serves nothing unless manual tests are granted by name.'
    case 'unknown':
      return judged.undecided.length > 0
        ? 'Run the gate again once the route answers and the cost ceiling covers every probe that decides.'
        : 'Declare in its capabilities what the route takes, so that more probes suit it, and run the gate again.'
    case 'manual-test':
      return manualTestAction(judged)
    case 'fallback':
      return fallbackAction(judged)
  }
}

function manualTestAction({ gates, unstated }: JudgedSoFar): string {
  const failed = gates.filter(({ name, result }) => result === 'fail' && ['owner', 'model_mapping', 'observability'].includes(name))
  if (failed.every(({ name }) => name === 'owner')) {
    const facts = ['account_owner', 'support', 'abuse'].filter((name) => unstated.includes(name)).join(', ') || 'who answers for the route'
    return `State ${facts} in darkroom.yaml and run the gate again.`
  }
  return (
    'Show the probes to the owner and ask. Where its contract takes no sizes, qualities or formats, declare that in its capabilities; ' +
    'then run the gate again.'
  )
}

function fallbackAction({ gates, credentialFault, unstated }: JudgedSoFar): string {
  const facts = unstated.filter((name) => /^(?:failed_calls|rights)\./.test(name)).map(shownText)
  const open = gates.filter(({ result }) => result !== 'pass').map(({ name }) => name)
  const steps = [
    ...(open.length > 0 ? [`settle ${open.join(' and ')}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`] : []),
    ...(credentialFault === null ? [] : ["have the owner keep content credentials, or declare 'content_credentials: stripped'"]),
  ]
  return `To let it carry production traffic ${steps.join(', and ')}; then run the gate again.`
}
