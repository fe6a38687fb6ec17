import type { Database, WebhookEndpointRow } from '../db/index.ts'

/** Whose receivers are meant; null = those of every project. */
export interface EndpointScope {
  projectId: string | null
}

/** Which receivers are listed. */
export interface EndpointQuery extends EndpointScope {
  origin: 'project' | 'call'
  /** Id of the last one of the page before. */
  after?: string | undefined
  limit: number
}

/** Receivers that are there, by id. */
export function listEndpoints(db: Database, { projectId, origin, after, limit }: EndpointQuery): Promise<WebhookEndpointRow[]> {
  return db.read(
    db.sql
      .selectFrom('webhook_endpoints')
      .selectAll()
      .where('origin', '=', origin)
      .where('deleted_at_ms', 'is', null)
      .$if(projectId !== null, (found) => found.where('project_id', '=', projectId!))
      .$if(after !== undefined, (found) => found.where('id', '>', after!))
      .orderBy('id')
      .limit(limit),
  )
}

/** One receiver; null when it is not there for this caller. */
export async function findEndpoint(db: Database, { id, projectId }: EndpointScope & { id: string }): Promise<WebhookEndpointRow | null> {
  const [row] = await db.read(
    db.sql
      .selectFrom('webhook_endpoints')
      .selectAll()
      .where('id', '=', id)
      .where('deleted_at_ms', 'is', null)
      .$if(projectId !== null, (found) => found.where('project_id', '=', projectId!)),
  )
  return row ?? null
}

/** Receivers by id, deleted ones included, in no order. */
export async function endpointsById(db: Database, ids: readonly string[]): Promise<ReadonlyMap<string, WebhookEndpointRow>> {
  if (ids.length === 0) return new Map()
  const rows = await db.read(db.sql.selectFrom('webhook_endpoints').selectAll().where('id', 'in', ids))
  return new Map(rows.map((row) => [row.id, row]))
}

/** Receivers that these projects keep and that are told something. */
export function subscribedEndpoints(db: Database, projectIds: readonly string[]): Promise<WebhookEndpointRow[]> {
  return db.read(
    db.sql
      .selectFrom('webhook_endpoints')
      .selectAll()
      .where('project_id', 'in', projectIds)
      .where('origin', '=', 'project')
      .where('state', '=', 'enabled')
      .where('deleted_at_ms', 'is', null)
      .orderBy('id'),
  )
}

/** Whether a receiver that a project keeps is told of a type. Null = every event of a job. */
export function wantsType(eventTypes: readonly string[] | null, type: string): boolean {
  return eventTypes === null ? type.startsWith('job.') : eventTypes.includes(type)
}

/** The types that a receiver subscribes to. */
export function typesOf({ event_types_json }: Pick<WebhookEndpointRow, 'event_types_json'>): string[] | null {
  return event_types_json === null ? null : (JSON.parse(event_types_json) as string[])
}
