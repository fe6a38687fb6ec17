import type { InputFormat, InputRole, InputSource } from '../contract/input-picture.ts'
import { deleteAfterMs, type RetentionRule } from '../contract/retention.ts'
import type { Database, GenerationInputRow, ObjectRow, Statement, StatementContext } from '../db/index.ts'
import type { ProjectScope } from './find-generation.ts'

/** One picture that a request brought along. */
export interface NewInput {
  id: string
  generationId: string
  projectId: string
  role: InputRole
  /** Place among the inputs of its role, from 0. */
  idx: number
  source: InputSource
  /** File name, address without its query, or id of the file or picture. */
  sourceRef: string | null
  /** Of the caller's own bytes. */
  sha256: string
  /** Of the bytes that go upstream. */
  sentSha256: string
  /** Why those two differ; null when they do not. */
  conversion: 'mask_from_luminance' | 'png' | null
  width: number
  height: number
  format: InputFormat
  bytes: number
  /** What the caller said of where it comes from and what may be done with it. */
  rights: string | null
}

/** Records what a request brought along. Run it in the transaction that records the generation, with the objects they refer to. @param kept for how long */
export function recordInputs({ sql, nowMs }: StatementContext, inputs: readonly NewInput[], kept: RetentionRule): Statement[] {
  if (inputs.length === 0) return []
  const rows: GenerationInputRow[] = inputs.map((input) => ({
    id: input.id,
    generation_id: input.generationId,
    project_id: input.projectId,
    role: input.role,
    idx: input.idx,
    source: input.source,
    source_ref: input.sourceRef,
    sha256: input.sha256,
    sent_sha256: input.sentSha256,
    conversion: input.conversion,
    width: input.width,
    height: input.height,
    format: input.format,
    bytes: input.bytes,
    rights: input.rights,
    created_at_ms: nowMs,
    delete_after_ms: deleteAfterMs(kept, nowMs),
    deletion_policy: kept.policy,
    deleted_at_ms: null,
  }))
  return [{ query: sql.insertInto('generation_inputs').values(rows) }]
}

/** An input with the place of the bytes that went upstream; all null when they are nowhere. */
export type FoundInput = GenerationInputRow & { [Column in 'store' | 'path' | 'media_type']: ObjectRow[Column] | null }

/** What a generation brought along, as it went upstream: images first, in order. Empty when there is none that the caller may see. */
export function findInputs(db: Database, { generationId, projectId }: ProjectScope & { generationId: string }): Promise<FoundInput[]> {
  return db.read(
    db.sql
      .selectFrom('generation_inputs')
      .leftJoin('objects', (join) =>
        join.onRef('objects.sha256', '=', 'generation_inputs.sent_sha256').on('generation_inputs.deleted_at_ms', 'is', null),
      )
      .selectAll('generation_inputs')
      .select(['objects.store', 'objects.path', 'objects.media_type'])
      .where('generation_id', '=', generationId)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!))
      .orderBy('role')
      .orderBy('idx'),
  )
}
