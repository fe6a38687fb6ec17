import { setTimeout as wait } from 'node:timers/promises'
import { openLineAttempts } from '../batches/index.ts'
import { errorBody, failure } from '../contract/failure.ts'
import { statementContext } from '../db/index.ts'
import { AttemptNotOurs, endAbandoned, findOpenCalls, GenerationEnded } from '../generations/index.ts'
import { holdUnknown } from '../ledger/index.ts'
import { openBackgroundTurns } from '../threads/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { jobTeller } from './jobs/tell-job.ts'

/** How long calls that were broken off may take to book themselves and to tell their callers. */
const OWN_WORDS_MS = 2000
/** How long the database may take to hold what is still open then; what it does not manage is found by the next start. */
const HOLD_MS = 2000

const MOST_BACKGROUND_TURNS = 100_000

/**
 * Ends the calls under way now, because the process ends: their connections are broken off, each books itself (a call that was sent and got
 * no answer is held as unknown) and tells its caller; what does not get to it is held as unknown from here. Background responses are left as
 * they are, and so are lines of batches: upstream goes on with them, and the next start asks for them. Takes four seconds at most and never rejects.
 * @returns how many generations were held from here
 */
export async function breakOffCalls(parts: GatewayParts): Promise<number> {
  parts.running.hurry()
  await Promise.race([parts.outbound.close(), wait(OWN_WORDS_MS, undefined, { ref: false })])
  await parts.running.endedWithin(OWN_WORDS_MS)
  const held = holdOpenCalls(parts).catch((error: unknown) => {
    parts.logger.error({ err: error }, 'calls under way could not be held as unknown; the next start does it')
    return 0
  })
  return Promise.race([held, wait(HOLD_MS, 0, { ref: false })])
}

async function holdOpenCalls(parts: GatewayParts): Promise<number> {
  const background = new Set((await openBackgroundTurns(parts.database, MOST_BACKGROUND_TURNS)).map(({ attempt_id }) => attempt_id))
  const lines = new Set(await openLineAttempts(parts.database))
  const goesOn = (attemptId: string) => background.has(attemptId) || lines.has(attemptId)
  const open = (await findOpenCalls(parts.database, parts.bootId)).filter(({ attempt }) => !goesOn(attempt.id))
  const held = await Promise.all(open.map((call) => hold(parts, call)))
  return held.filter(Boolean).length
}

type OpenCall = Awaited<ReturnType<typeof findOpenCalls>>[number]

/** @returns false when the call ended by itself in the meantime. */
async function hold(parts: GatewayParts, call: OpenCall): Promise<boolean> {
  const { generation, attempt } = call
  const told = await jobTeller(parts, generation.id)
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const error = errorBody(failure('upstream_outcome_unknown'), { requestId: parts.newId('req'), generationId: generation.id }).error
  const statements = [
    ...holdUnknown(context, attempt.id, { nanos: generation.reserved_nanos, actor: 'shutdown' }),
    ...endAbandoned(context, call, error),
    ...told(context, 'job.outcome_unknown'),
  ]
  try {
    await parts.database.transact(statements)
  } catch (thrown) {
    if (thrown instanceof AttemptNotOurs || thrown instanceof GenerationEnded) return false
    throw thrown
  }
  parts.logger.warn(
    { generation_id: generation.id, attempt_id: attempt.id },
    'a call was still under way at the end and is held as unknown',
  )
  return true
}
