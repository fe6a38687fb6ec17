import type { AssistantTrace } from '../contract/record.ts'
import type { ImageCallRow, ResponseTurnRow, Statement, StatementContext } from '../db/index.ts'
import type { JsonObject } from '../primitives/json.ts'

/** What upstream says of a response (`status` of the Responses API, openai 7.55.0 types). */
export type TurnStatus = 'queued' | 'in_progress' | 'completed' | 'failed' | 'incomplete' | 'cancelled'

/** Whose turns: one project's, or everyone's (`null`, the admin). */
export interface TurnScope {
  projectId: string | null
}

/** A turn as far as it is known when upstream has named its response. */
export interface NewTurn {
  generationId: string
  projectId: string
  attemptId: string
  routeId: string
  /** Upstream's id of the response. */
  responseId: string
  previousResponseId: string | null
  conversationId: string | null
  /** As upstream was asked for it. */
  mainModel: string
  /** Whether upstream was asked to keep the response. */
  storedUpstream: boolean
  background: boolean
  /** A turn in a final status is finished from the start. */
  status: TurnStatus
}

/**
 * Records that upstream named the response of a generation. A generation has one turn: recorded again, it stays as it was at first, so that
 * whoever resumes a call need not know how far it had come.
 */
export function recordTurn({ sql, nowMs }: StatementContext, turn: NewTurn): Statement {
  return {
    query: sql
      .insertInto('response_turns')
      .values({
        generation_id: turn.generationId,
        project_id: turn.projectId,
        attempt_id: turn.attemptId,
        route_id: turn.routeId,
        response_id: turn.responseId,
        previous_response_id: turn.previousResponseId,
        conversation_id: turn.conversationId,
        main_model: turn.mainModel,
        stored_upstream: turn.storedUpstream ? 1 : 0,
        background: turn.background ? 1 : 0,
        status: turn.status,
        created_at_ms: nowMs,
        finished_at_ms: isFinal(turn.status) ? nowMs : null,
        polled_at_ms: null,
        deleted_at_ms: null,
      })
      .onConflict((conflict) => conflict.column('generation_id').doNothing()),
  }
}

/** How far a turn has come. */
export interface TurnProgress {
  generationId: string
  status: TurnStatus
  /**
   * True when nobody has to ask upstream again: the answer is settled, or given up.
   * @default whether the status is final
   */
  finished?: boolean
}

/** Notes how far a turn has come. A finished turn stays as it is, whatever a late poll or webhook says; `changes` of the result tells. */
export function advanceTurn({ sql, nowMs }: StatementContext, { generationId, status, finished }: TurnProgress): Statement {
  return {
    query: sql
      .updateTable('response_turns')
      .set({ status, finished_at_ms: (finished ?? isFinal(status)) ? nowMs : null })
      .where('generation_id', '=', generationId)
      .where('finished_at_ms', 'is', null),
  }
}

/** Keeps the `assistant` member of the record of a turn; it holds no words of a prompt. */
export function noteAssistant(
  { sql }: StatementContext,
  { generationId, assistant }: { generationId: string; assistant: AssistantTrace },
): Statement {
  const query = sql.updateTable('response_turns').set({ assistant_json: JSON.stringify(assistant) })
  return { query: query.where('generation_id', '=', generationId) }
}

/** Notes that upstream was asked for a background response just now, so that the next round begins with another. */
export function markPolled({ sql, nowMs }: StatementContext, { generationId }: { generationId: string }): Statement {
  return { query: sql.updateTable('response_turns').set({ polled_at_ms: nowMs }).where('generation_id', '=', generationId) }
}

/** One call of the image tool, as the answer told it. */
export interface NewImageCall {
  generationId: string
  projectId: string
  /** Upstream's id of the item. */
  callId: string
  /** Place among the image calls of the response, from 0. */
  idx: number
  /** The picture that was kept of it, recorded before or in the same transaction; null when there is none. */
  imageId: string | null
  status: ImageCallRow['status']
  /** What the tool did: `generate` or `edit`. */
  action: string | null
  /** The item's error object, without words of the prompt; null when it did not fail. */
  error: JsonObject | null
}

/** Records the image calls of a turn. One that is known already stays as it was. */
export function recordImageCalls({ sql, nowMs }: StatementContext, calls: readonly NewImageCall[]): Statement[] {
  if (calls.length === 0) return []
  const rows: ImageCallRow[] = calls.map((call) => ({
    generation_id: call.generationId,
    project_id: call.projectId,
    call_id: call.callId,
    idx: call.idx,
    image_id: call.imageId,
    status: call.status,
    action: call.action,
    error_json: call.error === null ? null : JSON.stringify(call.error),
    created_at_ms: nowMs,
  }))
  const query = sql.insertInto('image_calls').values(rows)
  return [{ query: query.onConflict((conflict) => conflict.columns(['generation_id', 'call_id']).doNothing()) }]
}

/**
 * Forgets a response: nobody can go on from it or name its pictures by call id any more, and what was said in it is removed; of a background
 * response that is still running by the sweep of expired documents after its end, because settling it needs the document. The pictures
 * themselves stay with their generation. The rows of the first result name the turns; none = the caller has no such response.
 */
export function deleteTurn({ sql, nowMs }: StatementContext, { responseId, projectId }: TurnScope & { responseId: string }): Statement[] {
  const turns = sql
    .updateTable('response_turns')
    .set({ deleted_at_ms: nowMs })
    .where('response_id', '=', responseId)
    .where('deleted_at_ms', 'is', null)
    .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!))
    .returning('generation_id')
  const ended = sql
    .selectFrom('response_turns')
    .select('generation_id')
    .where('response_id', '=', responseId)
    .where('deleted_at_ms', 'is not', null)
    .where('finished_at_ms', 'is not', null)
    .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!))
  return [{ query: turns }, { query: sql.deleteFrom('turn_documents').where('generation_id', 'in', ended) }]
}

/** True when upstream will not change a response any more. */
function isFinal(status: ResponseTurnRow['status']): boolean {
  return status !== 'queued' && status !== 'in_progress'
}
