import type { WebhookEndpointRow } from '../db/index.ts'
import { newRow } from './endpoint-statements.ts'
import type { NewEndpoint, NewMessage } from './index.ts'

/** A receiver as it stands in the database, for tests. */
export function endpointRow(changes: Partial<WebhookEndpointRow> = {}): WebhookEndpointRow {
  return {
    ...newRow(1),
    id: 'whk',
    project_id: 'prj',
    key_id: null,
    origin: 'project',
    url: 'https://receiver.example/hook',
    lane: changes.id ?? 'whk',
    description: '',
    event_types_json: null,
    style: 'standard',
    sealed_secret: 'v1.sealed',
    ...changes,
  }
}

/** A receiver that a project is about to keep, for tests. */
export function newEndpoint(changes: Partial<NewEndpoint> = {}): NewEndpoint {
  return {
    id: 'whk',
    projectId: 'prj',
    url: 'https://receiver.example/hook',
    description: '',
    eventTypes: null,
    style: 'standard',
    sealedSecret: 'v1.sealed',
    ...changes,
  }
}

/** A message about to be made, for tests. */
export function newMessage(changes: Partial<NewMessage> = {}): NewMessage {
  return {
    id: 'msg',
    endpointId: 'whk',
    eventId: `event of ${changes.id ?? 'msg'}`,
    eventType: 'job.completed',
    eventAtMs: 1,
    style: 'standard',
    sealedBody: 'v1.body',
    ...changes,
  }
}
