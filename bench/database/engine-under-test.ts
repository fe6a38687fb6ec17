import { Client } from 'pg'
import { type Database, dataFolderPaths, openSqliteDatabase } from '../../src/db/index.ts'
import { openPostgresDatabase } from '../../src/db/postgres.ts'
import { startPostgres } from '../../src/db/test-postgres.ts'
import { systemClock } from '../../src/primitives/clock.ts'
import { familyCpuMs, parentOf } from '../support/process-family.ts'

/** What a PostgreSQL server has done, all its databases and clients together. */
export interface ServerWork {
  transactions: number
  statements: number
  notifications: number
  /** Bytes of the write-ahead log, and how many whole pages are among them. */
  walBytes: number
  walPages: number
  /** Rows inserted, changed and deleted. */
  rows: number
  /** Milliseconds of processor time of all its processes; NaN where the system does not say. */
  cpuMs: number
}

/** An engine with a database of the bench's own. */
export interface EngineUnderTest extends AsyncDisposable {
  readonly name: Database['dialect']
  /** What a gateway needs in its environment to use it. */
  readonly environment: Readonly<Record<string, string>>
  /** Opens its database, for a gateway's data folder that no gateway holds. */
  open(dataFolder: string): Promise<Database>
  /** Null where there is no server. */
  server: { work(): Promise<ServerWork>; query(sql: string): Promise<Record<string, unknown>[]>; url: string } | null
}

/** SQLite in the data folder. */
export const sqliteUnderTest = (): EngineUnderTest => ({
  name: 'sqlite',
  environment: {},
  open: (dataFolder) => openSqliteDatabase({ path: dataFolderPaths(dataFolder).database, clock: systemClock }),
  server: null,
  [Symbol.asyncDispose]: async () => undefined,
})

/** A PostgreSQL server of the bench's own: `fsync` on, as it comes, but for the counting of statements and room for its checkpoints. */
export async function postgresUnderTest(): Promise<EngineUnderTest> {
  await using opening = new AsyncDisposableStack()
  const { url } = opening.use(
    await startPostgres({ shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_utility': 'on', max_wal_size: '4GB' }),
  )
  const client = new Client({ connectionString: url })
  await client.connect()
  opening.defer(() => client.end())
  await client.query('create extension pg_stat_statements')
  const backend = Number((await client.query('select pg_backend_pid() as pid')).rows[0].pid)
  const open = opening.move()
  const query = async (sql: string) => (await client.query<Record<string, unknown>>(sql)).rows
  return {
    name: 'postgres',
    environment: { DATABASE_URL: url },
    open: () => openPostgresDatabase({ url, clock: systemClock }),
    server: { query, url, work: async () => ({ ...readWork((await query(WORK))[0]!), cpuMs: cpuMsOf(backend) }) },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** A look at these figures is itself a transaction of one statement. */
const WORK = `select
  (select sum(xact_commit + xact_rollback) from pg_stat_database) as transactions,
  (select sum(calls) from pg_stat_statements) as statements,
  (select coalesce(sum(calls), 0) from pg_stat_statements where query like 'select pg_notify%') as notifications,
  (select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')) as wal_bytes,
  (select wal_fpi from pg_stat_wal) as wal_pages,
  (select sum(tup_inserted + tup_updated + tup_deleted) from pg_stat_database) as rows`

function readWork(row: Record<string, unknown>): Omit<ServerWork, 'cpuMs'> {
  const [transactions, statements, notifications, walBytes, walPages, rows] = Object.values(row).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return { transactions, statements, notifications, walBytes, walPages, rows }
}

/** Every connection's process is a child of the server's own. */
function cpuMsOf(backend: number): number {
  const server = parentOf(backend)
  return server === null ? Number.NaN : familyCpuMs(server)
}
