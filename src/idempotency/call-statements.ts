import type { CallIdentityRow, Database, Statement, StatementContext } from '../db/index.ts'
import type { RouteFamily } from './key-statements.ts'

/** Who asks for what: what a repetition has in common with the call it repeats. */
export interface CallIdentity {
  projectId: string
  /** Null = the admin token. */
  keyId: string | null
  family: RouteFamily
  fingerprint: string
}

/** Keeps what a generation was asked for. Run it in the transaction that records the generation, behind it. */
export function recordIdentity({ sql, nowMs }: StatementContext, generationId: string, identity: CallIdentity): Statement {
  const { projectId, keyId, family, fingerprint } = identity
  return {
    query: sql.insertInto('call_identities').values({
      generation_id: generationId,
      project_id: projectId,
      key_id: keyId,
      family,
      fingerprint,
      created_at_ms: nowMs,
      delivery: null,
    }),
  }
}

/** Notes whether a caller had the whole answer. That one had it stays true, whoever leaves afterwards. */
export function noteDelivery({ sql }: StatementContext, generationId: string, isDelivered: boolean): Statement {
  const row = sql.updateTable('call_identities').where('generation_id', '=', generationId)
  return {
    query: isDelivered ? row.set({ delivery: 'delivered' }) : row.set({ delivery: 'left' }).where('delivery', 'is', null),
  }
}

/** A request that another's generation answers. */
export interface NewAttachment {
  generationId: string
  projectId: string
  keyId: string | null
  requestId: string
  attachedBy: 'shadow' | 'coalesced' | 'cache'
  /** How often the caller's library has repeated the call; null unless it is attached as a shadow. */
  retryCount: number | null
}

/** Another repetition of the same number was attached to this generation: it belongs to another chain. Nothing was recorded. */
export class AlreadyAdopted extends Error {
  constructor() {
    super('another chain of repetitions has adopted the generation')
    this.name = 'AlreadyAdopted'
  }
}

/**
 * Records that a request is answered by another's generation.
 * @throws (through `transact`) AlreadyAdopted
 */
export function recordAttachment({ sql, nowMs, newId }: StatementContext, attachment: NewAttachment): Statement {
  const { generationId, projectId, keyId, requestId, attachedBy, retryCount } = attachment
  const row = { id: newId('atc'), generation_id: generationId, project_id: projectId, key_id: keyId, request_id: requestId, at_ms: nowMs }
  return {
    query: sql
      .insertInto('call_attachments')
      .values({ ...row, attached_by: attachedBy, retry_count: retryCount })
      .onConflict((conflict) => conflict.doNothing()),
    expect: { rows: 1, otherwise: () => new AlreadyAdopted() },
  }
}

/** A generation of the same fingerprint, as far as one must know it to tell whether it answers a request. */
export interface FoundTwin extends Pick<CallIdentityRow, 'generation_id' | 'created_at_ms' | 'delivery'> {
  status: string
  error_json: string | null
  completed_at_ms: number | null
}

/** How many generations of one fingerprint are looked at, newest first. */
const MOST_TWINS = 100

/** Finds generations of the same API key that asked for the same without naming a key of the call, the newest first. */
export function findSameKeyTwins(
  db: Database,
  { projectId, keyId, family, fingerprint }: CallIdentity,
  sinceMs: number,
): Promise<FoundTwin[]> {
  return db.read(
    twins(db, { projectId, family, fingerprint })
      .where('call_identities.key_id', keyId === null ? 'is' : '=', keyId)
      .where('call_identities.created_at_ms', '>=', sinceMs)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('idempotency_keys')
              .select('idempotency_keys.generation_id')
              .whereRef('idempotency_keys.generation_id', '=', 'call_identities.generation_id'),
          ),
        ),
      ),
  )
}

/** Finds generations of the same project that asked for the same and are in one of some states, the newest first. */
export function findProjectTwins(
  db: Database,
  identity: Omit<CallIdentity, 'keyId'>,
  { status, completedSinceMs }: { status: 'running' | 'completed'; completedSinceMs?: number },
): Promise<FoundTwin[]> {
  return db.read(
    twins(db, identity)
      .where('generations.status', '=', status)
      .$if(completedSinceMs !== undefined, (query) => query.where('generations.completed_at_ms', '>=', completedSinceMs!)),
  )
}

/** Another process has begun an identical call in the meantime. Nothing of the transaction was done; whoever looks for it finds it. */
export class TwinBegun extends Error {
  constructor() {
    super('an identical call has begun in another process; nothing was recorded')
    this.name = 'TwinBegun'
  }
}

/**
 * Lets a transaction stand only while there is no identical call under way but those that were looked at. Run it before the own call's identity is recorded.
 * @throws (through `transact`) TwinBegun
 */
export function expectNoOtherTwin(context: StatementContext, identity: Omit<CallIdentity, 'keyId'>, looked: readonly string[]): Statement {
  return {
    query: twins(context, identity)
      .where('generations.status', '=', 'running')
      .$if(looked.length > 0, (query) => query.where('call_identities.generation_id', 'not in', looked)),
    expect: { rows: 0, otherwise: () => new TwinBegun() },
  }
}

function twins(db: Pick<Database, 'sql'>, { projectId, family, fingerprint }: Omit<CallIdentity, 'keyId'>) {
  return db.sql
    .selectFrom('call_identities')
    .innerJoin('generations', 'generations.id', 'call_identities.generation_id')
    .select(['call_identities.generation_id', 'call_identities.created_at_ms', 'call_identities.delivery'])
    .select(['generations.status', 'generations.error_json', 'generations.completed_at_ms'])
    .where('call_identities.fingerprint', '=', fingerprint)
    .where('call_identities.project_id', '=', projectId)
    .where('call_identities.family', '=', family)
    .orderBy('call_identities.created_at_ms', 'desc')
    .orderBy('call_identities.generation_id', 'desc')
    .limit(MOST_TWINS)
}
