import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import OpenAI from 'openai'
import { type DarkroomConfig, readConfig } from '../../src/config/read-config.ts'
import { makeTestDatabase, type OwnDatabase } from '../../src/db/test-postgres-databases.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../../src/gateway.ts'
import { createLogger } from '../../src/telemetry/index.ts'

/** A gateway on free ports and a temporary folder, with the key of its first start. */
export interface TestGateway extends AsyncDisposable {
  gateway: Gateway
  url: string
  key: string
  adminToken: string
  dataFolder: string
  /** The official client, with its retries off unless asked for. */
  client(options?: { maxRetries?: number; timeout?: number; apiKey?: string }): OpenAI
  /** A call with the key. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

/** What a test may change about its gateway. */
export interface TestGatewayOptions extends GatewayOptions {
  /** Keeps the folder of an earlier gateway instead of making one. */
  dataFolder?: string
  /** Text of a darkroom.yaml. */
  yaml?: string
  environment?: Record<string, string>
  config?: Partial<DarkroomConfig>
  /** Serves the studio that was built there. @default none */
  studioFolder?: string
}

const ADMIN_TOKEN = 'test-admin-token-0123456789abcdef'

/** Suites that hold on both engines run once more with this. */
const usesPostgres = () => process.env['TEST_GATEWAY_DATABASE'] === 'postgres'
const databases = new Map<string, OwnDatabase>()

/** A data folder keeps its database as long as it is there. */
async function databaseOf(dataFolder: string): Promise<Pick<DarkroomConfig, 'sharedDatabase'>> {
  const own = databases.get(dataFolder) ?? (await makeTestDatabase())
  databases.set(dataFolder, own)
  const { sharedDatabase } = readConfig({ DATABASE_URL: own.url, DATABASE_POOL: '4', DATABASE_DURABILITY: 'provider' })
  return { sharedDatabase }
}

async function forgetDatabase(dataFolder: string): Promise<void> {
  await databases.get(dataFolder)?.[Symbol.asyncDispose]()
  databases.delete(dataFolder)
}

/** Tests send as much at once as they like; those about the door itself say in their yaml how wide it is. */
function openDoor(config: DarkroomConfig, yaml: string | undefined): DarkroomConfig {
  if (yaml?.includes('admission:')) return config
  const limits = { ...config.admission.limits, calls: 10_000, waiting: 10_000 }
  return { ...config, admission: { ...config.admission, limits }, http: { ...config.http, connections: 10_000 } }
}

/** Starts a gateway with its sandbox: no latency, plain pictures that nobody judges, a silent log, a door as wide as anybody needs. */
export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const {
    dataFolder = await mkdtemp(join(tmpdir(), 'darkroom-test-')),
    yaml,
    environment,
    config: changes,
    studioFolder = null,
    ...rest
  } = options
  const configPath = join(dataFolder, 'darkroom.yaml')
  if (yaml !== undefined) await writeFile(configPath, yaml)
  const read = readConfig({
    PORT: '0',
    DARKROOM_DATA: dataFolder,
    DARKROOM_CONFIG: configPath,
    DARKROOM_ADMIN_TOKEN: ADMIN_TOKEN,
    DARKROOM_SANDBOX_LATENCY_MS: '0',
    DARKROOM_RESERVE_MIB: '0',
    ...environment,
  })
  const database = usesPostgres() && !read.sharedDatabase ? await databaseOf(dataFolder) : null
  const asked = openDoor(read, yaml)
  // Whether somebody has built the studio here says nothing to a test; those of the studio name its folder.
  const http = { ...asked.http, studioFolder }
  const config: DarkroomConfig = { ...asked, http, sandbox: { ...read.sandbox, flat: true }, ...database, ...changes }
  const gateway = await createGateway(config, { logger: createLogger({ level: 'silent' }), leavesJudging: true, ...rest })
  const key = (await readFile(join(dataFolder, 'default-key'), 'utf8')).trim()
  const close = async () => {
    await gateway.close(5000)
    if (options.dataFolder !== undefined) return
    await rm(dataFolder, { recursive: true, force: true })
    await forgetDatabase(dataFolder)
  }
  return {
    gateway,
    url: gateway.url,
    key,
    adminToken: ADMIN_TOKEN,
    dataFolder,
    client: ({ maxRetries = 0, timeout, apiKey = key } = {}) =>
      new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries, ...(timeout === undefined ? {} : { timeout }) }),
    fetch: (path, init = {}) =>
      fetch(gateway.url + path, { ...init, headers: { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) } }),
    close,
    [Symbol.asyncDispose]: close,
  }
}
