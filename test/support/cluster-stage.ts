import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTestDatabase } from '../../src/db/test-postgres-databases.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { startS3, type TestS3 } from '../../src/store/s3-test-kit.ts'
import { configFile, type GatewayProcess, startGatewayProcess } from './gateway-process.ts'

/** Processes that share one PostgreSQL database and one bucket. */
export interface ClusterStage extends AsyncDisposable {
  sandbox: Sandbox
  s3: TestS3
  apis: GatewayProcess[]
  workers: GatewayProcess[]
  /** Of the first process, which made it. */
  adminToken: string
  key: string
  /** Starts another process in the folder of one that has ended, and puts it in its place. */
  again(ended: GatewayProcess, failPoint?: string): Promise<GatewayProcess>
  /** The API process whose turn it is. */
  next(): GatewayProcess
}

/** What a cluster is made of. */
export interface ClusterOptions {
  apis?: number
  workers?: number
  /** Where another server than the test run's is to be used. */
  databaseUrl?: string
  /** Further lines of darkroom.yaml. */
  yaml?: string
  latencyMs?: number
}

/** Short enough to be waited for, long enough for a machine that is busy. */
const pace = 'nodes: { beat_s: 0.5, dead_s: 6 }\n'

/** Starts the processes, the first one alone: it makes the default project and its key. */
export async function openCluster({
  apis = 3,
  workers = 2,
  databaseUrl,
  yaml = '',
  latencyMs = 0,
}: ClusterOptions = {}): Promise<ClusterStage> {
  await using opening = new AsyncDisposableStack()
  const sandbox = opening.adopt(await startSandbox({ latencyMs, flat: true }), (emulator) => emulator.close())
  const s3 = opening.adopt(await startS3(), (server) => server.close())
  const url = databaseUrl ?? opening.use(await makeTestDatabase()).url
  const root = opening.adopt(await mkdtemp(join(tmpdir(), 'darkroom-cluster-')), (folder) => rm(folder, { recursive: true, force: true }))
  const environment = {
    ...s3.environment,
    DATABASE_URL: url,
    DATABASE_POOL: '4',
    DATABASE_DURABILITY: 'provider',
    DARKROOM_MASTER_KEY: randomBytes(32).toString('base64'),
  }
  const folders = new Map<GatewayProcess, { dataFolder: string; role: string }>()
  let key: string | undefined
  const start = async (place: { dataFolder: string; role: string }, failPoint?: string) => {
    await mkdir(place.dataFolder, { recursive: true })
    const configuration = configFile(sandbox.url) + pace + yaml
    const options = {
      dataFolder: place.dataFolder,
      upstreamUrl: sandbox.url,
      configuration,
      environment,
      flags: ['--role', place.role],
      ...(failPoint && { failPoint }),
    }
    const started = await startGatewayProcess(key === undefined ? options : { ...options, key })
    folders.set(started, place)
    return started
  }
  const placeOf = (role: string, at: number) => ({ dataFolder: join(root, `${role}-${at}`), role })
  const stage = { apis: [] as GatewayProcess[], workers: [] as GatewayProcess[] }
  opening.defer(async () => {
    await Promise.all([...stage.apis, ...stage.workers].map((gateway) => gateway.end('SIGKILL')))
  })
  const first = await start(placeOf('api', 0))
  stage.apis.push(first)
  key = first.key
  const adminToken = (await readFile(join(first.dataFolder, 'admin-token'), 'utf8')).trim()
  stage.apis.push(...(await Promise.all(Array.from({ length: apis - 1 }, (_, at) => start(placeOf('api', at + 1))))))
  stage.workers.push(...(await Promise.all(Array.from({ length: workers }, (_, at) => start(placeOf('worker', at))))))
  const open = opening.move()
  let turn = 0
  return {
    ...stage,
    sandbox,
    s3,
    key,
    adminToken,
    next: () => stage.apis[turn++ % stage.apis.length]!,
    again: async (ended, failPoint) => {
      const place = folders.get(ended)!
      const started = await start(place, failPoint)
      const list = place.role === 'api' ? stage.apis : stage.workers
      list[list.indexOf(ended)] = started
      return started
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
