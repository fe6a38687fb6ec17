import type { Principal } from '../../access/index.ts'
import type { DarkroomHeaders } from '../../contract/darkroom-headers.ts'
import { failure } from '../../contract/failure.ts'
import { type Statement, type StatementContext, statementContext } from '../../db/index.ts'
import { findResult } from '../../generations/index.ts'
import {
  AlreadyAdopted,
  type CallIdentity,
  claimKey,
  expectNoOtherTwin,
  type FoundTwin,
  findKey,
  findProjectTwins,
  findSameKeyTwins,
  type KeyScope,
  KeyTaken,
  type NewAttachment,
  recordAttachment,
  recordIdentity,
  TwinBegun,
} from '../../idempotency/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { findAnswer } from './find-answer.ts'
import { isMadeElsewhere } from './is-made-elsewhere.ts'

/** What a request says of being a repetition. */
export interface RepeatSigns {
  /** The caller's own name of the call; null when it gives none. */
  key: string | null
  /** How often its library has sent the call before, by its own account. */
  retryCount: number
}

/** How a request was recognised as one that an earlier call answers. */
export type AttachedBy = 'key' | NewAttachment['attachedBy']

/** The call that answers a request in place of one of its own: it has ended, or is under way. */
export interface EarlierCall {
  attachedBy: AttachedBy
  generationId: string
  /** Whether both ask for an event stream. */
  stream: boolean
}

/** What the transaction that accepts a call must write, so that repetitions of it are known. */
export type CallClaim = (context: StatementContext, generationId: string) => Statement[]

/** Of a call that nobody can repeat. */
export const noClaim: CallClaim = () => []

/** A call, as far as telling whether it is one that was made before. */
export interface RepeatableCall {
  identity: CallIdentity
  signs: RepeatSigns
  cache: DarkroomHeaders['cache']
  /** Whether it asks for an event stream. */
  stream: boolean
  requestId: string
}

/** How long after a call its silent repetitions are recognised. */
const SHADOW_MS = 15 * 60 * 1000

/** Puts together what is needed to recognise a repetition. */
export function repeatableCall(
  ask: { principal: Principal; headers: DarkroomHeaders; requestId: string; repeat?: RepeatSigns },
  { family, fingerprint, stream }: Pick<CallIdentity, 'family' | 'fingerprint'> & Pick<RepeatableCall, 'stream'>,
): RepeatableCall {
  const { projectId, keyId } = ask.principal
  return {
    identity: { projectId, keyId, family, fingerprint },
    signs: ask.repeat ?? { key: null, retryCount: 0 },
    cache: ask.headers.cache,
    stream,
    requestId: ask.requestId,
  }
}

/**
 * Accepts a call unless an earlier one answers it: that of its key, the one that its library repeats, one that is under way or was kept, where
 * the caller asked for that. Nothing is reserved or counted for a repetition.
 * @param accept accepts it, writing the claim in its transaction
 * @throws Failure `idempotency_key_reused`; whatever accepting throws: then the key is still free
 */
export async function acceptOnce<Run>(
  parts: GatewayParts,
  call: RepeatableCall,
  accept: (claim: CallClaim) => Promise<Run>,
): Promise<Run | EarlierCall> {
  const name = nameOf(call)
  // Its client may have lost patience while the call was still looked at: pictures are fetched and decoded first.
  if (isShadow(call.signs)) await parts.underWay.accepted(name)
  return parts.underWay.accepting(name, () => parts.underWay.inTurn(turnsOf(call), () => acceptOrFind(parts, call, accept)))
}

/** A call that is always another's neighbour is made by itself in the end. */
const MOST_LOOKS = 5

async function acceptOrFind<Run>(
  parts: GatewayParts,
  call: RepeatableCall,
  accept: (claim: CallClaim) => Promise<Run>,
): Promise<Run | EarlierCall> {
  for (let look = 1; ; look++) {
    const lookedAt: string[] = []
    try {
      const earlier = await findEarlier(parts, call, lookedAt)
      if (earlier) return earlier
      return await accept((context, generationId) => [
        ...(call.cache?.coalesce && look <= MOST_LOOKS ? [expectNoOtherTwin(context, call.identity, lookedAt)] : []),
        ...claimOf(context, call, generationId),
      ])
    } catch (error) {
      // Another process was faster: its call is there to be found now.
      if (!(error instanceof KeyTaken) && !(error instanceof TwinBegun)) throw error
    }
  }
}

function claimOf(context: StatementContext, { identity, signs }: RepeatableCall, generationId: string): Statement[] {
  return [recordIdentity(context, generationId, identity), ...keyStatements(context, { identity, signs }, generationId)]
}

function keyStatements(context: StatementContext, { identity, signs }: Pick<RepeatableCall, 'identity' | 'signs'>, generationId: string) {
  if (signs.key === null) return []
  return claimKey(context, { ...scopeOf(identity), key: signs.key }, { generationId, fingerprint: identity.fingerprint })
}

const scopeOf = ({ projectId, family }: CallIdentity): Omit<KeyScope, 'key'> => ({ projectId, family })

/** What a call and its silent repetitions have in common. */
const nameOf = ({ identity: { projectId, keyId, family, fingerprint } }: RepeatableCall) => `${projectId} ${keyId} ${family} ${fingerprint}`

/** Calls that may answer one another come one after the other until they are accepted. */
function turnsOf(call: RepeatableCall): string[] {
  const { identity, signs, cache } = call
  const { projectId, family, fingerprint } = identity
  return [
    ...(signs.key === null ? [] : [`key ${projectId} ${family} ${signs.key}`]),
    ...(isShadow(signs) ? [`shadow ${nameOf(call)}`] : []),
    ...(cache?.coalesce ? [`twin ${projectId} ${family} ${fingerprint}`] : []),
  ]
}

/** A library that repeats a call without naming it. */
const isShadow = ({ key, retryCount }: RepeatSigns) => key === null && retryCount > 0

/** @param lookedAt is given the calls under way that were passed over, as nobody makes them any more */
async function findEarlier(parts: GatewayParts, call: RepeatableCall, lookedAt: string[]): Promise<EarlierCall | null> {
  const { identity, signs } = call
  if (signs.key !== null) {
    const known = await findKey(parts.database, { ...scopeOf(identity), key: signs.key }, parts.clock.nowMs())
    if (known && known.fingerprint !== identity.fingerprint) throw failure('idempotency_key_reused', { param: 'Idempotency-Key' })
    if (known) return { attachedBy: 'key', generationId: known.generation_id, stream: call.stream }
  }
  return (isShadow(signs) ? await findRepeated(parts, call) : null) ?? (await findTwin(parts, call, lookedAt))
}

/** The call that a library repeats silently: one of the same API key whose caller has nothing of it yet. */
async function findRepeated(parts: GatewayParts, call: RepeatableCall): Promise<EarlierCall | null> {
  const found = await findSameKeyTwins(parts.database, call.identity, parts.clock.nowMs() - SHADOW_MS)
  const candidates = found.filter(isAdoptable).sort(byLikelihood)
  for (const { generation_id: generationId } of candidates) {
    const attached = await attach(parts, call, { generationId, attachedBy: 'shadow' })
    if (attached) return attached
  }
  return null
}

/**
 * A call that surely cost nothing is made again, one whose caller has its answer was asked for on purpose. That its caller was told that nobody
 * knows changes nothing: whoever repeats it all the same may pay twice.
 */
function isAdoptable({ status, delivery, error_json }: FoundTwin): boolean {
  if (status === 'outcome_unknown') return true
  if (delivery === 'delivered' || status === 'cancelled') return false
  return status !== 'failed' || error_json === null || JSON.parse(error_json).outcome !== 'not_charged'
}

/** Those whose connection is seen to be gone first, then the oldest. */
function byLikelihood(a: FoundTwin, b: FoundTwin): number {
  const left = (twin: FoundTwin) => (twin.delivery === 'left' ? 0 : 1)
  return left(a) - left(b) || a.created_at_ms - b.created_at_ms
}

/** A call of the same project that asks for the same: under way, or kept, as the caller allows. */
async function findTwin(parts: GatewayParts, call: RepeatableCall, lookedAt: string[]): Promise<EarlierCall | null> {
  const { identity, cache } = call
  if (cache?.coalesce) {
    const twins = await findProjectTwins(parts.database, identity, { status: 'running' })
    lookedAt.push(...twins.map(({ generation_id: id }) => id))
    const running = await firstUnderWay(parts, twins)
    if (running) return attach(parts, call, { generationId: running.generation_id, attachedBy: 'coalesced' })
  }
  if (cache?.ttlSeconds != null) {
    const completedSinceMs = parts.clock.nowMs() - cache.ttlSeconds * 1000
    for (const kept of await findProjectTwins(parts.database, identity, { status: 'completed', completedSinceMs })) {
      const { generation_id: generationId } = kept
      if (await canBeGivenAgain(parts, generationId)) return attach(parts, call, { generationId, attachedBy: 'cache' })
    }
  }
  return null
}

/** The first that somebody makes now, here or elsewhere. */
async function firstUnderWay<Twin extends { generation_id: string }>(parts: GatewayParts, twins: readonly Twin[]): Promise<Twin | null> {
  for (const twin of twins) {
    const id = twin.generation_id
    if (parts.underWay.ended(id) !== null || (await isMadeElsewhere(parts, id))) return twin
  }
  return null
}

/** A result whose pictures are gone is no answer to a new call. */
async function canBeGivenAgain(parts: GatewayParts, id: string): Promise<boolean> {
  const rows = await findResult(parts.database, { id, projectId: null })
  return rows !== null && (await findAnswer(parts, rows)).kind === 'whole'
}

/** Records that the earlier call answers this one; its key, where it has one, names that call from now on. */
async function attach(
  parts: GatewayParts,
  call: RepeatableCall,
  { generationId, attachedBy }: Pick<NewAttachment, 'generationId' | 'attachedBy'>,
): Promise<EarlierCall | null> {
  const { identity, signs, requestId } = call
  const { projectId, keyId } = identity
  const context = statementContext(parts.database, parts.clock, parts.newId)
  const retryCount = attachedBy === 'shadow' ? signs.retryCount : null
  try {
    await parts.database.transact([
      recordAttachment(context, { generationId, projectId, keyId, requestId, attachedBy, retryCount }),
      ...keyStatements(context, call, generationId),
    ])
    return { attachedBy, generationId, stream: call.stream }
  } catch (error) {
    if (error instanceof AlreadyAdopted) return null
    throw error
  }
}
