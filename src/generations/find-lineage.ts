import type { Database, GenerationInputRow, GenerationRow, ImageRow } from '../db/index.ts'
import type { FoundImage } from './find-generation.ts'

/** Of each, this many at most. */
const MOST = 100

type InputFacts = Pick<GenerationInputRow, 'id' | 'role' | 'source' | 'source_ref' | 'sha256' | 'width' | 'height' | 'deleted_at_ms'>
type ImageFacts = Pick<ImageRow, 'id' | 'generation_id' | 'sha256'>
type UseFacts = Pick<GenerationRow, 'created_at_ms' | 'operation'> & Pick<GenerationInputRow, 'generation_id' | 'role'>

/** What lies before a picture and behind it, within its project. */
export interface FoundLineage {
  inputs: InputFacts[]
  /** Kept pictures that may be those inputs, by id or by bytes, the oldest first. */
  sources: ImageFacts[]
  /** Calls that took the picture up, the newest first. */
  uses: UseFacts[]
  /** What those made, as far as it is kept. */
  made: ImageFacts[]
}

/** Finds it. */
export async function findLineage(
  db: Database,
  image: Pick<FoundImage, 'id' | 'generation_id' | 'project_id' | 'sha256'>,
): Promise<FoundLineage> {
  const [inputs, uses] = await db.readAll<[InputFacts, UseFacts]>([inputsOf(db, image), usesOf(db, image)])
  const ids = inputs.flatMap(({ source, source_ref }) => (source === 'image' && source_ref !== null ? [source_ref] : []))
  const hashes = inputs.map(({ sha256 }) => sha256)
  const users = uses.map(({ generation_id }) => generation_id)
  const kept = () =>
    db.sql
      .selectFrom('images')
      .select(['id', 'generation_id', 'sha256'])
      .where('project_id', '=', image.project_id)
      .where('deleted_at_ms', 'is', null)
      .where('storage', '=', 'stored')
      .where('is_preview', '=', 0)
      .orderBy('created_at_ms')
      .orderBy('id')
      .limit(MOST)
  const [byId, byHash, made] = await Promise.all([
    ids.length === 0 ? [] : db.read(kept().where('id', 'in', ids)),
    hashes.length === 0 ? [] : db.read(kept().where('sha256', 'in', hashes)),
    users.length === 0 ? [] : db.read(kept().where('generation_id', 'in', users)),
  ])
  return { inputs, sources: [...byId, ...byHash], uses, made }
}

function inputsOf(db: Database, { generation_id: id }: Pick<FoundImage, 'generation_id'>) {
  return db.sql
    .selectFrom('generation_inputs')
    .select(['id', 'role', 'source', 'source_ref', 'sha256', 'width', 'height', 'deleted_at_ms'])
    .where('generation_id', '=', id)
    .orderBy('role')
    .orderBy('idx')
    .limit(MOST)
}

/** By its id, or by its bytes: an edit of a file that was downloaded and sent again is one too. */
function usesOf(db: Database, image: Pick<FoundImage, 'id' | 'project_id' | 'sha256'>) {
  const byId = db.sql.selectFrom('generation_inputs').select('id').where('source', '=', 'image').where('source_ref', '=', image.id)
  const byHash = db.sql.selectFrom('generation_inputs').select('id').where('sha256', '=', image.sha256).where('deleted_at_ms', 'is', null)
  return db.sql
    .selectFrom('generation_inputs')
    .innerJoin('generations', 'generations.id', 'generation_inputs.generation_id')
    .select(['generation_inputs.generation_id', 'generation_inputs.role', 'generations.created_at_ms', 'generations.operation'])
    .where('generation_inputs.id', 'in', byId.union(byHash))
    .where('generation_inputs.project_id', '=', image.project_id)
    .orderBy('generations.created_at_ms', 'desc')
    .orderBy('generation_inputs.id')
    .limit(MOST)
}
