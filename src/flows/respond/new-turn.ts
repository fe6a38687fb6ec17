import type { JsonObject } from '../../primitives/json.ts'
import type { NewTurn } from '../../threads/index.ts'
import type { ResponseRun } from './response-run.ts'

const statuses = ['queued', 'in_progress', 'completed', 'failed', 'incomplete', 'cancelled'] as const

/** States in which nothing more comes of a response. */
const finished: readonly string[] = ['completed', 'failed', 'incomplete', 'cancelled']

/** Where upstream says a response stands; one that does not say is in progress. */
export function statusOf(response: JsonObject | null): (typeof statuses)[number] {
  return statuses.find((status) => status === response?.['status']) ?? 'in_progress'
}

/** True when nothing more comes of the response. */
export function isFinished(response: JsonObject | null): boolean {
  return finished.includes(statusOf(response))
}

/** The turn that a response is; null for one without an id, which nobody can refer to. */
export function newTurn(run: ResponseRun, response: JsonObject): NewTurn | null {
  const id = response['id']
  if (typeof id !== 'string' || id === '') return null
  const { request } = run
  return {
    generationId: run.id,
    projectId: run.principal.projectId,
    attemptId: run.attemptId,
    routeId: run.choice.route.id,
    responseId: id,
    previousResponseId: request.previousResponseId,
    conversationId: request.conversationId,
    mainModel: request.mainModel.asked,
    storedUpstream: request.store && response['store'] !== false,
    background: request.background,
    status: statusOf(response),
  }
}
