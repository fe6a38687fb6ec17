import type { Database, GenerationRow, ResponseTurnRow } from '../db/index.ts'
import { type FoundImageCall, imageCallsOf, newestTurns } from './find-turn.ts'
import type { TurnScope } from './turn-statements.ts'

/** One turn of a thread. */
export interface ThreadTurn {
  turn: ResponseTurnRow
  /** In the order of the answer. */
  calls: FoundImageCall[]
  generation: Pick<GenerationRow, 'status' | 'request_shape_json'>
  /** What ties it to the turn before it in the list; `start` for the first of the list. */
  continuedBy: 'previous_response_id' | 'image_call_id' | 'start'
}

/** Longer threads are cut at their far ends. */
const mostTurns = 200

/**
 * The thread of a generation, oldest first: the turns that led to it, itself, and the newest line of turns that went on from it. A turn goes
 * on from the one that its `previous_response_id` names, else from the one that drew a picture it brought along. Deleted turns are in it.
 * Empty when the generation has no turn that the caller may see.
 */
export async function threadOf(db: Database, { generationId, projectId }: TurnScope & { generationId: string }): Promise<ThreadTurn[]> {
  const start = await turnInScope(db, generationId, projectId)
  if (start === null) return []
  const seen = new Set([start.generation_id])
  const before = await walk(start, seen, async (turn) => (await turnBefore(db, turn)) ?? (await turnOfInput(db, turn)))
  const after = await walk(start, seen, async (turn) => (await turnAfter(db, turn)) ?? (await turnWithPicture(db, turn)))
  return withCalls(db, [...before.reverse(), start, ...after])
}

/**
 * What upstream would remember of a response, oldest first: the turns that `previous_response_id` leads back through, and itself last. Unlike
 * `threadOf` it follows no pictures and no later turns, which are no part of that memory.
 */
export async function memoryOf(db: Database, { generationId, projectId }: TurnScope & { generationId: string }): Promise<ThreadTurn[]> {
  const start = await turnInScope(db, generationId, projectId)
  if (start === null) return []
  const before = await walk(start, new Set([start.generation_id]), (turn) => turnBefore(db, turn))
  return withCalls(db, [...before.reverse(), start])
}

async function turnInScope(db: Database, generationId: string, projectId: string | null): Promise<ResponseTurnRow | null> {
  const [turn] = await db.read(newestTurns(db).where('generation_id', '=', generationId))
  return turn && (projectId === null || turn.project_id === projectId) ? turn : null
}

/** Turns from one to the next; a circle ends it, for ids are upstream's and may say anything. */
async function walk(
  start: ResponseTurnRow,
  seen: Set<string>,
  next: (turn: ResponseTurnRow) => Promise<ResponseTurnRow | null>,
): Promise<ResponseTurnRow[]> {
  const turns: ResponseTurnRow[] = []
  for (let turn = await next(start); turn !== null && !seen.has(turn.generation_id) && seen.size < mostTurns; turn = await next(turn)) {
    seen.add(turn.generation_id)
    turns.push(turn)
  }
  return turns
}

async function turnBefore(db: Database, { project_id, previous_response_id }: ResponseTurnRow): Promise<ResponseTurnRow | null> {
  if (previous_response_id === null) return null
  const [turn] = await db.read(newestTurns(db).where('project_id', '=', project_id).where('response_id', '=', previous_response_id))
  return turn ?? null
}

async function turnAfter(db: Database, { project_id, response_id }: ResponseTurnRow): Promise<ResponseTurnRow | null> {
  const [turn] = await db.read(newestTurns(db).where('project_id', '=', project_id).where('previous_response_id', '=', response_id))
  return turn ?? null
}

/** The turn that drew a picture of this project which the turn brought along, the newest if there are several. */
async function turnOfInput(db: Database, { project_id, generation_id }: ResponseTurnRow): Promise<ResponseTurnRow | null> {
  const makers = db.sql
    .selectFrom('generation_inputs')
    .innerJoin('image_calls', 'image_calls.image_id', 'generation_inputs.source_ref')
    .select('image_calls.generation_id')
    .where('generation_inputs.generation_id', '=', generation_id)
    .where('generation_inputs.source', '=', 'image')
  const [turn] = await db.read(newestTurns(db).where('project_id', '=', project_id).where('generation_id', 'in', makers))
  return turn ?? null
}

/** The newest turn that brought along a picture which this turn drew. */
async function turnWithPicture(db: Database, { project_id, generation_id }: ResponseTurnRow): Promise<ResponseTurnRow | null> {
  const users = db.sql
    .selectFrom('image_calls')
    .innerJoin('generation_inputs', 'generation_inputs.source_ref', 'image_calls.image_id')
    .select('generation_inputs.generation_id')
    .where('image_calls.generation_id', '=', generation_id)
    .where('generation_inputs.source', '=', 'image')
  const [turn] = await db.read(newestTurns(db).where('project_id', '=', project_id).where('generation_id', 'in', users))
  return turn ?? null
}

async function withCalls(db: Database, turns: readonly ResponseTurnRow[]): Promise<ThreadTurn[]> {
  const ids = turns.map((turn) => turn.generation_id)
  const [calls, generations] = await db.readAll<[FoundImageCall, Pick<GenerationRow, 'id' | 'status' | 'request_shape_json'>]>([
    imageCallsOf(db, ids),
    db.sql.selectFrom('generations').select(['id', 'status', 'request_shape_json']).where('id', 'in', ids),
  ])
  return turns.map((turn, index) => {
    const { status, request_shape_json } = generations.find(({ id }) => id === turn.generation_id)!
    return {
      turn,
      calls: calls.filter((call) => call.generation_id === turn.generation_id),
      generation: { status, request_shape_json },
      continuedBy: linkOf(turn, turns[index - 1]),
    }
  })
}

function linkOf(turn: ResponseTurnRow, before: ResponseTurnRow | undefined): ThreadTurn['continuedBy'] {
  if (before === undefined) return 'start'
  return turn.previous_response_id === before.response_id ? 'previous_response_id' : 'image_call_id'
}
