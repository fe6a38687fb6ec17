import type { UnknownAttempt } from '../../generations/index.ts'
import { findTurnOfGeneration } from '../../threads/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { retrieveFor } from '../respond/ask-for-response.ts'
import { rebuildRun } from '../respond/rebuild-run.ts'
import { bringHome } from './bring-home.ts'
import type { Finding, UnknownResolver } from './unknown-resolver.ts'

/**
 * Step E1: asks for a background response by the id that upstream gave it. While one runs, `BackgroundResponses` asks; here are those that
 * were given up. What is there is brought home like any other answer: pictures stored, both bills settled, the generation completed.
 */
export const lateResponseResolver: UnknownResolver = {
  step: 'E1',
  isDue: ({ response_id }) => response_id !== null,
  async resolve(parts, due) {
    const findings: Finding[] = []
    for (const unknown of due) {
      const finding = await ask(parts, unknown)
      if (finding) findings.push(finding)
    }
    return findings
  },
}

async function ask(parts: GatewayParts, { attempt_id: attemptId, generation_id }: UnknownAttempt): Promise<Finding | null> {
  const turn = await findTurnOfGeneration(parts.database, generation_id)
  const run = turn && (await rebuildRun(parts, turn))
  if (!turn || !run) return null
  const answer = await retrieveFor(parts, run, turn.response_id)
  const evidence = { response_id: turn.response_id }
  if (answer.kind === 'refused') {
    const isGone = answer.outcome.class === 'rejected' && answer.outcome.httpStatus === 404
    return isGone ? { attemptId, outcome: 'undecided', evidence: { ...evidence, reason: 'upstream does not have it any more' } } : null
  }
  try {
    const isHome = await bringHome(parts, { ...run, late: { step: 'E1', actor: 'resolver', evidence } }, answer)
    return isHome ? { attemptId, outcome: 'brought_home', evidence } : null
  } finally {
    await answer.relay.discard()
  }
}
