import { failure } from '../contract/failure.ts'
import { type Database, type Statement, statementContext } from '../db/index.ts'
import type { Clock } from '../primitives/clock.ts'
import type { IdSource } from '../primitives/ids.ts'
import { insertProject } from './key-statements.ts'
import { changedSettings, noLimits, type Project, type ProjectSettings, projectOf, settingsColumns } from './project.ts'

/** How long settings that were read hold: the longest a change made elsewhere goes unnoticed. */
const HOLDS_MS = 5_000
const LONGEST_NAME = 100

/** What is to be changed of a project; what is left out stays. */
export interface ProjectChange {
  name?: string | undefined
  settings?: Partial<ProjectSettings> | undefined
  archived?: boolean | undefined
}

/** Keeps the projects and what they allow. */
export class Projects {
  readonly #parts: { db: Database; clock: Clock; newId: IdSource }
  readonly #defaultProjectId: string
  readonly #keysChanged: () => void
  readonly #onChange: () => void
  readonly #known = new Map<string, { project: Promise<Project>; untilMs: number }>()

  /**
   * @param keysChanged told when the keys of a project work no longer, or again
   * @param onChange told whenever a project was changed here
   */
  constructor(
    parts: { db: Database; clock: Clock; newId: IdSource },
    defaultProjectId: string,
    keysChanged: () => void,
    onChange: () => void = () => undefined,
  ) {
    this.#parts = parts
    this.#defaultProjectId = defaultProjectId
    this.#keysChanged = keysChanged
    this.#onChange = onChange
  }

  /**
   * A project with its settings, as a call is held against them: read at most every five seconds, a change made here holds at once.
   * @throws `Failure('not_found')`; `Failure('database_unavailable')`
   */
  settingsOf(projectId: string): Promise<Project> {
    const nowMs = this.#parts.clock.monotonicMs()
    const known = this.#known.get(projectId)
    if (known && nowMs < known.untilMs) return known.project
    const project = this.find({ id: projectId, projectId: null })
    this.#known.set(projectId, { project, untilMs: nowMs + HOLDS_MS })
    project.catch(() => this.#known.delete(projectId))
    return project
  }

  /** Forgets settings that were read: another process has changed some. */
  forgetKnown(): void {
    this.#known.clear()
  }

  /** All projects of a scope (null = all), oldest first, archived ones included. */
  async list({ projectId }: { projectId: string | null }): Promise<Project[]> {
    const { db } = this.#parts
    const rows = await db.read(
      db.sql
        .selectFrom('projects')
        .selectAll()
        .$if(projectId !== null, (query) => query.where('id', '=', projectId!))
        .orderBy('created_at_ms')
        .orderBy('id'),
    )
    return rows.map(projectOf)
  }

  /** @throws `Failure('not_found')` when there is none, or none within the scope (null = any project). */
  async find({ id, projectId }: { id: string; projectId: string | null }): Promise<Project> {
    const [project] = projectId === null || projectId === id ? await this.list({ projectId: id }) : []
    if (!project) throw failure('not_found', { param: 'id' })
    return project
  }

  /** Makes a project. @throws `Failure('invalid_value')` for a name that is empty, too long or taken. */
  async create({ name, settings = {} }: { name: string; settings?: Partial<ProjectSettings> | undefined }): Promise<Project> {
    const { db, clock, newId } = this.#parts
    assertName(name)
    const context = statementContext(db, clock, newId)
    const id = newId('prj')
    await db.transact([
      this.#nameIsFree(name, id),
      insertProject(context, { id, name }),
      {
        query: db.sql
          .updateTable('projects')
          .set(settingsColumns({ ...noLimits, ...settings }))
          .where('id', '=', id),
      },
    ])
    return this.find({ id, projectId: null })
  }

  /**
   * Changes a project. Settings are given one by one; the others stay. The keys of an archived project open nothing until it is taken back.
   * @param along what else the transaction writes, by the settings before and after
   * @throws `Failure('not_found')`; `Failure('invalid_value')` for a name that cannot be used, and for archiving project `default`
   */
  async change(
    id: string,
    { name, settings, archived }: ProjectChange,
    along: (before: ProjectSettings, after: ProjectSettings) => Statement[] = () => [],
  ): Promise<Project> {
    const { db, clock } = this.#parts
    if (name !== undefined) assertName(name)
    if (archived && id === this.#defaultProjectId)
      throw failure('invalid_value', {
        param: 'archived',
        message: 'The administrator acts as this project, so it cannot be archived. Nothing was changed or charged.',
      })
    const before = await this.find({ id, projectId: null })
    const after = changedSettings(before.settings, settings ?? {})
    const values = {
      ...(name === undefined ? {} : { name }),
      ...(settings === undefined ? {} : settingsColumns(after)),
      ...(archived === undefined ? {} : { archived_at_ms: archived ? (before.archivedAtMs ?? clock.nowMs()) : null }),
    }
    const change: Statement[] =
      Object.keys(values).length === 0 ? [] : [{ query: db.sql.updateTable('projects').set(values).where('id', '=', id) }]
    await db.transact([...(name === undefined ? [] : [this.#nameIsFree(name, id)]), ...change, ...along(before.settings, after)])
    this.#known.delete(id)
    if (archived !== undefined) this.#keysChanged()
    this.#onChange()
    return this.find({ id, projectId: null })
  }

  #nameIsFree(name: string, id: string): Statement {
    const taken = this.#parts.db.sql.selectFrom('projects').select('id').where('name', '=', name).where('id', '<>', id)
    const message = 'Another project has that name. Nothing was changed or charged; choose another.'
    return { query: taken, expect: { rows: 0, otherwise: () => failure('invalid_value', { param: 'name', message }) } }
  }
}

function assertName(name: string): void {
  if (name.trim() !== '' && name.length <= LONGEST_NAME) return
  throw failure('invalid_value', {
    param: 'name',
    message: `A project needs a name of 1 to ${LONGEST_NAME} characters. Nothing was changed or charged.`,
  })
}
