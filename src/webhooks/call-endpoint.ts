import { createHash } from 'node:crypto'
import { sql as text } from 'kysely'
import type { Statement, StatementContext } from '../db/index.ts'
import { enabled, newRow } from './endpoint-statements.ts'
import type { WebhookStyle } from './signed-headers.ts'

/** Whom a call asked to tell. */
export interface CallEndpointKey {
  projectId: string
  /** Null when the admin token asked. */
  keyId: string | null
  /** As `URL.href` writes it. */
  url: string
  style: WebhookStyle
}

/** A receiver that a call named. */
export interface CallEndpoint extends CallEndpointKey {
  /** `sealWebhookSecret` of `secretOfApiKey`, for the id and version 1. */
  sealedSecret: string
}

const ID_LETTERS = 44

/** The id of the receiver that calls of a key mean by an address: the same for the same, so that it is known before it is there. */
export function callEndpointId({ projectId, keyId, url, style }: CallEndpointKey): string {
  return `whk_${digest([projectId, keyId, url, style]).slice(0, ID_LETTERS)}`
}

/**
 * Keeps the receiver that a call named, for the transaction that accepts the call; one that is there already stays as it is. It subscribes to
 * nothing: a call says itself what its receiver is told. One that was disabled or deleted is asked for anew.
 */
export function callEndpoint({ sql, nowMs }: StatementContext, endpoint: CallEndpoint): Statement[] {
  const { projectId, keyId, url, style, sealedSecret } = endpoint
  return [
    {
      query: sql
        .insertInto('webhook_endpoints')
        .values({
          ...newRow(nowMs),
          id: callEndpointId(endpoint),
          project_id: projectId,
          key_id: keyId,
          origin: 'call',
          url,
          lane: laneOf(projectId, url),
          description: '',
          event_types_json: null,
          style,
          sealed_secret: sealedSecret,
        })
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet({
            ...enabled,
            // A dead receiver must not be believed alive because calls go on naming it.
            failures: text<number>`case when webhook_endpoints.state = 'disabled' then 0 else webhook_endpoints.failures end`,
            failing_since_ms: text<number>`case when webhook_endpoints.state = 'disabled' then null else webhook_endpoints.failing_since_ms end`,
            sealed_secret: sealedSecret,
            updated_at_ms: nowMs,
            deleted_at_ms: null,
          }),
        ),
    },
  ]
}

/** Calls often name an address of their own each, all with one receiver behind them: they share its lane. */
function laneOf(projectId: string, url: string): string {
  return `calls:${digest([projectId, new URL(url).origin]).slice(0, ID_LETTERS)}`
}

const digest = (parts: readonly (string | null)[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex')
