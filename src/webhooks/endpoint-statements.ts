import { sql as text } from 'kysely'
import { failure } from '../contract/failure.ts'
import type { Statement, StatementContext } from '../db/index.ts'
import type { WebhookStyle } from './signed-headers.ts'

/** Receivers that a project keeps at most; those that calls name are not counted. */
export const MOST_ENDPOINTS = 100

/** Why nothing is sent to a receiver. */
export type DisabledWhy = 'gone' | 'failing' | 'by_hand'

/** A receiver that a project keeps. */
export interface NewEndpoint {
  id: string
  projectId: string
  /** As `URL.href` writes it. */
  url: string
  description: string
  /** Null = every event of a job. */
  eventTypes: readonly string[] | null
  style: WebhookStyle
  /** Of version 1. */
  sealedSecret: string
}

const notFound = () => failure('not_found', { param: 'id' })

/** Keeps a receiver. @throws `Failure('limit_reached')` in the transaction */
export function insertEndpoint({ sql, nowMs }: StatementContext, endpoint: NewEndpoint): Statement {
  const { id, projectId, url, description, eventTypes, style, sealedSecret } = endpoint
  const kept = text<number>`(select count(*) from webhook_endpoints where project_id = ${projectId} and origin = 'project' and deleted_at_ms is null)`
  const row = {
    ...newRow(nowMs),
    id,
    project_id: projectId,
    key_id: null,
    origin: 'project',
    url,
    lane: id,
    description,
    event_types_json: eventTypes === null ? null : JSON.stringify(eventTypes),
    style,
    sealed_secret: sealedSecret,
  }
  const columns = Object.keys(row) as (keyof typeof row)[]
  return {
    query: sql
      .insertInto('webhook_endpoints')
      .columns(columns)
      .expression(sql.selectNoFrom(columns.map((column) => text`${row[column]}`.as(column))).where(kept, '<', MOST_ENDPOINTS)),
    expect: { rows: 1, otherwise: () => failure('limit_reached') },
  }
}

/** What every new receiver begins with. */
export function newRow(nowMs: number) {
  return {
    state: 'enabled',
    disabled_why: null,
    disabled_at_ms: null,
    secret_version: 1,
    sealed_previous: null,
    previous_until_ms: null,
    last_success_at_ms: null,
    failures: 0,
    failing_since_ms: null,
    created_at_ms: nowMs,
    updated_at_ms: nowMs,
    deleted_at_ms: null,
  }
}

/** What may be changed about a receiver; what is left out stays. */
export interface EndpointChange {
  url?: string | undefined
  description?: string | undefined
  eventTypes?: readonly string[] | null | undefined
  style?: WebhookStyle | undefined
}

/** Changes a receiver that is there. @throws `Failure('not_found')` in the transaction */
export function changeEndpoint({ sql, nowMs }: StatementContext, id: string, change: EndpointChange): Statement {
  const { url, description, eventTypes, style } = change
  return {
    query: sql
      .updateTable('webhook_endpoints')
      .set({
        updated_at_ms: nowMs,
        ...(url === undefined ? {} : { url }),
        ...(description === undefined ? {} : { description }),
        ...(eventTypes === undefined ? {} : { event_types_json: eventTypes === null ? null : JSON.stringify(eventTypes) }),
        ...(style === undefined ? {} : { style }),
      })
      .where('id', '=', id)
      .where('deleted_at_ms', 'is', null),
    expect: { rows: 1, otherwise: notFound },
  }
}

/** Lets events go to a receiver again. Failures are counted from nothing. */
export function enableEndpoint({ sql, nowMs }: StatementContext, id: string): Statement {
  return {
    query: sql
      .updateTable('webhook_endpoints')
      .set({ ...enabled, updated_at_ms: nowMs })
      .where('id', '=', id)
      .where('state', '=', 'disabled')
      .where('deleted_at_ms', 'is', null),
  }
}

/** The columns of one that works. */
export const enabled = { state: 'enabled', disabled_why: null, disabled_at_ms: null, failures: 0, failing_since_ms: null } as const

/** One that is disabled already cannot be disabled again: it would be told twice. */
export class AlreadyDisabled extends Error {}

/** Lets nothing go to a receiver any more. @throws AlreadyDisabled in the transaction */
export function disableEndpoint({ sql, nowMs }: StatementContext, id: string, why: DisabledWhy): Statement {
  return {
    query: sql
      .updateTable('webhook_endpoints')
      .set({ state: 'disabled', disabled_why: why, disabled_at_ms: nowMs })
      .where('id', '=', id)
      .where('state', '=', 'enabled')
      .where('deleted_at_ms', 'is', null),
    expect: { rows: 1, otherwise: () => new AlreadyDisabled(`the webhook ${id} is disabled`) },
  }
}

/** A secret in the place of another. */
export interface NewEndpointSecret {
  id: string
  /** That of the secret it replaces, so that of two rotations at once one is refused. */
  version: number
  /** Of the version after it. */
  sealed: string
  /** How long both are signed with; 0 ends every earlier one at once. */
  overlapMs: number
}

/** Replaces the secret of a receiver. @throws `Failure('secret_rotation_open')` in the transaction */
export function rotateEndpointSecret({ sql, nowMs }: StatementContext, secret: NewEndpointSecret): Statement {
  const { id, version, sealed, overlapMs } = secret
  const previous =
    overlapMs === 0
      ? { sealed_previous: null, previous_until_ms: null }
      : { sealed_previous: text<string>`sealed_secret`, previous_until_ms: nowMs + overlapMs }
  return {
    query: sql
      .updateTable('webhook_endpoints')
      .set({ ...previous, sealed_secret: sealed, secret_version: version + 1, updated_at_ms: nowMs })
      .where('id', '=', id)
      .where('secret_version', '=', version)
      .where('deleted_at_ms', 'is', null)
      .$if(overlapMs > 0, (query) => query.where(text<boolean>`(previous_until_ms is null or previous_until_ms <= ${nowMs})`)),
    expect: { rows: 1, otherwise: () => failure('secret_rotation_open', { param: 'id' }) },
  }
}

/** Takes a receiver away, its secrets first. What it was told can be read until its time is over. @throws `Failure('not_found')` in the transaction */
export function deleteEndpoint({ sql, nowMs }: StatementContext, id: string): Statement {
  return {
    query: sql
      .updateTable('webhook_endpoints')
      .set({ deleted_at_ms: nowMs, sealed_secret: '', sealed_previous: null, previous_until_ms: null })
      .where('id', '=', id)
      .where('deleted_at_ms', 'is', null),
    expect: { rows: 1, otherwise: notFound },
  }
}

/** Notes that a receiver took something. */
export function noteEndpointSuccess({ sql, nowMs }: StatementContext, id: string): Statement {
  return {
    query: sql
      .updateTable('webhook_endpoints')
      .set({ last_success_at_ms: nowMs, failures: 0, failing_since_ms: null })
      .where('id', '=', id),
  }
}

/** Notes that a receiver did not take something. */
export function noteEndpointFailure({ sql, nowMs }: StatementContext, id: string): Statement {
  return {
    query: sql
      .updateTable('webhook_endpoints')
      .set({ failures: text<number>`failures + 1`, failing_since_ms: text<number>`coalesce(failing_since_ms, ${nowMs})` })
      .where('id', '=', id),
  }
}
