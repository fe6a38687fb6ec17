import { failure } from '../contract/failure.ts'
import type { Database, PromptRow, PromptVersionRow, Statement, StatementContext } from '../db/index.ts'

/** A version on its way into the database. */
export interface NewPromptVersion {
  promptId: string
  version: number
  sha256: string
  /** As `sealDocument` made it for this place. */
  sealed: string
  /** Id of a key, or `admin`. */
  actor: string
}

/** A prompt with its first version. */
export interface NewPrompt extends Omit<NewPromptVersion, 'version'> {
  projectId: string
  name: string
}

/** Keeps a new prompt. */
export function recordPrompt({ sql, nowMs }: StatementContext, prompt: NewPrompt): Statement[] {
  const { promptId: id, projectId, name, actor, sha256, sealed } = prompt
  const times = { created_at_ms: nowMs, updated_at_ms: nowMs, archived_at_ms: null }
  return [
    { query: sql.insertInto('prompts').values({ id, project_id: projectId, name, version: 1, created_by: actor, ...times }) },
    {
      query: sql
        .insertInto('prompt_versions')
        .values({ prompt_id: id, version: 1, sha256, sealed, created_by: actor, created_at_ms: nowMs }),
    },
  ]
}

/** Puts a version behind the newest one. @throws Failure `prompt_version_conflict` where another came before it, or the prompt was archived */
export function recordVersion({ sql, nowMs }: StatementContext, { promptId, version, actor, ...document }: NewPromptVersion): Statement[] {
  return [
    {
      query: sql
        .updateTable('prompts')
        .set({ version, updated_at_ms: nowMs })
        .where('id', '=', promptId)
        .where('version', '=', version - 1)
        .where('archived_at_ms', 'is', null),
      expect: { rows: 1, otherwise: () => failure('prompt_version_conflict') },
    },
    {
      query: sql
        .insertInto('prompt_versions')
        .values({ prompt_id: promptId, version, ...document, created_by: actor, created_at_ms: nowMs }),
    },
  ]
}

/** Takes a prompt out of use, or back into it. What is so already stays as it is. */
export function archivePrompt(
  { sql, nowMs }: StatementContext,
  { promptId, archived }: { promptId: string; archived: boolean },
): Statement {
  return {
    query: sql
      .updateTable('prompts')
      .set({ archived_at_ms: archived ? nowMs : null, updated_at_ms: nowMs })
      .where('id', '=', promptId)
      .where('archived_at_ms', archived ? 'is' : 'is not', null),
  }
}

/** Whose prompt; `projectId` null = of any project. */
export interface PromptAskedFor {
  id: string
  projectId: string | null
}

/** A prompt; null where the project has none of this id. */
export async function findPrompt(db: Database, { id, projectId }: PromptAskedFor): Promise<PromptRow | null> {
  const [row] = await db.read(
    db.sql
      .selectFrom('prompts')
      .selectAll()
      .where('id', '=', id)
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!)),
  )
  return row ?? null
}

/** One version of a prompt; null where it has none of this number. */
export async function findVersion(
  db: Database,
  { promptId, version }: { promptId: string; version: number },
): Promise<PromptVersionRow | null> {
  const [row] = await db.read(
    db.sql.selectFrom('prompt_versions').selectAll().where('prompt_id', '=', promptId).where('version', '=', version),
  )
  return row ?? null
}

/** Which prompts. */
export interface PromptQuery {
  projectId: string | null
  /** True: those that are archived; false: those that are not. */
  archived: boolean
  /** Goes on behind this one. */
  after: string | null
  limit: number
}

/** Prompts, the newest first. */
export function listPrompts(db: Database, { projectId, archived, after, limit }: PromptQuery): Promise<PromptRow[]> {
  return db.read(
    db.sql
      .selectFrom('prompts')
      .selectAll()
      .$if(projectId !== null, (query) => query.where('project_id', '=', projectId!))
      .where('archived_at_ms', archived ? 'is not' : 'is', null)
      .$if(after !== null, (query) => query.where('id', '<', after!))
      .orderBy('id', 'desc')
      .limit(limit),
  )
}

/** A version without what it says. */
export type VersionHead = Omit<PromptVersionRow, 'sealed'>

/** Versions of a prompt, the newest first. @param query.before goes on below this one; null = from the newest */
export function listVersions(
  db: Database,
  { promptId, before, limit }: { promptId: string; before: number | null; limit: number },
): Promise<VersionHead[]> {
  return db.read(
    db.sql
      .selectFrom('prompt_versions')
      .select(['prompt_id', 'version', 'sha256', 'created_by', 'created_at_ms'])
      .where('prompt_id', '=', promptId)
      .$if(before !== null, (query) => query.where('version', '<', before!))
      .orderBy('version', 'desc')
      .limit(limit),
  )
}
