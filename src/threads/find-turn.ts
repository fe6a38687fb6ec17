import type { Database, ImageCallRow, ImageRow, ObjectRow, ResponseTurnRow } from '../db/index.ts'
import type { TurnScope } from './turn-statements.ts'

/** Finds the turn of a response, the newest where an upstream gave an id twice; null when the caller has none, or it was deleted. */
export async function findTurn(
  db: Database,
  { responseId, projectId }: TurnScope & { responseId: string },
): Promise<ResponseTurnRow | null> {
  const [turn] = await db.read(
    newestTurns(db)
      .where('response_id', '=', responseId)
      .where('deleted_at_ms', 'is', null)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!)),
  )
  return turn ?? null
}

/** Finds the turn that a route's upstream knows by this name, deleted here or not. */
export async function findTurnOnRoute(
  db: Database,
  { routeId, responseId }: { routeId: string; responseId: string },
): Promise<ResponseTurnRow | null> {
  const [turn] = await db.read(newestTurns(db).where('response_id', '=', responseId).where('route_id', '=', routeId))
  return turn ?? null
}

/** Finds the turn of a generation, deleted or not; null when upstream named no response for it. */
export async function findTurnOfGeneration(db: Database, generationId: string): Promise<ResponseTurnRow | null> {
  const [turn] = await db.read(newestTurns(db).where('generation_id', '=', generationId))
  return turn ?? null
}

/** One turn: the newest of those that the query is narrowed to. */
export function newestTurns(db: Pick<Database, 'sql'>) {
  return db.sql.selectFrom('response_turns').selectAll().orderBy('created_at_ms', 'desc').orderBy('generation_id', 'desc').limit(1)
}

/**
 * Background responses whose end nobody has seen yet, the one that waited longest since it was asked for first; those of a process that
 * died are among them, and so are deleted ones, because they cost money all the same.
 * @param who whose attempts they are: one process's, those of processes that have ended, or anybody's
 */
export function openBackgroundTurns(db: Database, limit: number, who: TurnOwner = 'anybody'): Promise<ResponseTurnRow[]> {
  return db.read(
    db.sql
      .selectFrom('response_turns')
      .selectAll()
      .where('finished_at_ms', 'is', null)
      .where('background', '=', 1)
      .$if(who !== 'anybody', (turns) => turns.where('attempt_id', 'in', attemptsOf(db, who as Exclude<TurnOwner, 'anybody'>)))
      .orderBy((order) => order.fn.coalesce('polled_at_ms', 'created_at_ms'))
      .orderBy('generation_id')
      .limit(limit),
  )
}

/** Whose attempt a turn is. */
export type TurnOwner = { is: string } | 'ended' | 'anybody'

function attemptsOf(db: Database, who: Exclude<TurnOwner, 'anybody'>) {
  const open = db.sql.selectFrom('attempts').select('id').where('state', '=', 'dispatching')
  if (who !== 'ended') return open.where('owner', '=', who.is)
  return open.where('owner', 'not in', db.sql.selectFrom('nodes').select('id').where('state', '=', 'live'))
}

/** Facts of the picture, all null when the call made none. */
type PictureFacts = { [Column in 'sha256' | 'format' | 'width' | 'height' | 'bytes']: ImageRow[Column] | null }

/** Where the picture's bytes are, all null when they are nowhere or the picture was deleted. */
type PicturePlace = { [Column in 'store' | 'path' | 'media_type']: ObjectRow[Column] | null }

/** An image call with its picture and the turn it belongs to. */
export type FoundImageCall = ImageCallRow &
  PictureFacts &
  PicturePlace &
  Pick<ResponseTurnRow, 'response_id' | 'route_id' | 'stored_upstream'> & { image_deleted_at_ms: number | null }

/**
 * Finds an image call, the newest with a picture where an upstream gave an id twice; null when the caller has none, or its response was
 * deleted. Its picture can be sent again exactly when `path` is not null.
 */
export async function findImageCall(db: Database, { callId, projectId }: TurnScope & { callId: string }): Promise<FoundImageCall | null> {
  const [call] = await db.read(
    imageCalls(db)
      .where('image_calls.call_id', '=', callId)
      .where('response_turns.deleted_at_ms', 'is', null)
      .$if(projectId !== null, (query) => query.where('image_calls.project_id', '=', projectId!))
      .orderBy((order) => order('objects.path', 'is', null))
      .orderBy('image_calls.created_at_ms', 'desc')
      .orderBy('image_calls.generation_id', 'desc')
      .limit(1),
  )
  return call ?? null
}

/** Image calls of some generations, in the order of their answers, deleted responses included. */
export function imageCallsOf(db: Pick<Database, 'sql'>, generationIds: readonly string[]) {
  return imageCalls(db)
    .where('image_calls.generation_id', 'in', generationIds)
    .orderBy('image_calls.generation_id')
    .orderBy('image_calls.idx')
}

/** The image calls of one turn, in the order of its answer. */
export function findImageCalls(db: Database, generationId: string): Promise<FoundImageCall[]> {
  return db.read(imageCallsOf(db, [generationId]))
}

function imageCalls(db: Pick<Database, 'sql'>) {
  return db.sql
    .selectFrom('image_calls')
    .innerJoin('response_turns', 'response_turns.generation_id', 'image_calls.generation_id')
    .leftJoin('images', 'images.id', 'image_calls.image_id')
    .leftJoin('objects', (join) => join.onRef('objects.sha256', '=', 'images.sha256').on('images.deleted_at_ms', 'is', null))
    .selectAll('image_calls')
    .select(['response_turns.response_id', 'response_turns.route_id', 'response_turns.stored_upstream'])
    .select(['images.sha256', 'images.format', 'images.width', 'images.height', 'images.bytes'])
    .select('images.deleted_at_ms as image_deleted_at_ms')
    .select(['objects.store', 'objects.path', 'objects.media_type'])
}
