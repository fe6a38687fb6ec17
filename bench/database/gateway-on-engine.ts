import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { DatabaseFigures, GatewayOrders } from '../gateway-process.ts'
import { BenchProcess } from '../support/bench-process.ts'
import { timed } from '../support/timed.ts'
import type { EngineUnderTest } from './engine-under-test.ts'

const ADMIN_TOKEN = 'bench-admin-token-0123456789abcdef'
const GATEWAY_CORE = 0

/** The sandbox's owner, so that its price cards hold. */
const yaml = (sandboxUrl: string) => `version: 1
routes:
  - { id: sandbox, owner: darkroom-sandbox, kind: provider, base_url: '${sandboxUrl}/v1', key: { env: BENCH_KEY } }
admission: { calls: 1000, waiting: 1000 }
jobs: { concurrency: 16 }
`

/** A gateway in a process of its own, on an engine, which can be stopped and started again on the same records. */
export class GatewayOnEngine implements AsyncDisposable {
  readonly dataFolder: string
  readonly #environment: Record<string, string>
  #process: BenchProcess<GatewayOrders> | null = null
  #url = ''
  #key = ''

  private constructor(dataFolder: string, environment: Record<string, string>) {
    this.dataFolder = dataFolder
    this.#environment = environment
  }

  /** Prepares one on a new data folder, and starts it. */
  static async start(engine: EngineUnderTest, sandboxUrl: string): Promise<GatewayOnEngine> {
    const dataFolder = await mkdtemp(join(tmpdir(), 'darkroom-bench-'))
    const configPath = join(dataFolder, 'darkroom.yaml')
    await writeFile(configPath, yaml(sandboxUrl))
    const gateway = new GatewayOnEngine(dataFolder, {
      PORT: '0',
      DARKROOM_DATA: dataFolder,
      DARKROOM_CONFIG: configPath,
      DARKROOM_ADMIN_TOKEN: ADMIN_TOKEN,
      DARKROOM_RESERVE_MIB: '0',
      DARKROOM_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
      BENCH_KEY: 'sk-bench',
      ...engine.environment,
    })
    await gateway.begin()
    return gateway
  }

  /** Starts it again. @returns milliseconds from spawning the process until it answers `/readyz` with 200 */
  async begin(): Promise<number> {
    const { ms } = await timed(async () => {
      this.#process = new BenchProcess<GatewayOrders>('gateway-process.ts', { core: GATEWAY_CORE })
      const { port, key } = await this.#process.ask('listen', this.#environment)
      this.#url = `http://127.0.0.1:${port}`
      this.#key = key
      while (!(await fetch(`${this.#url}/readyz`)).ok) await wait(5)
    })
    return ms
  }

  async end(): Promise<void> {
    await this.#process?.[Symbol.asyncDispose]()
    this.#process = null
  }

  databaseFigures(): Promise<DatabaseFigures> {
    return this.#process!.ask('databaseFigures')
  }

  /** Milliseconds of processor time it has used. */
  async cpuMs(): Promise<number> {
    return (await this.#process!.ask('figures')).cpuMs
  }

  /** One picture, waited for. @param change of its request @throws Error when it is not made */
  async makePicture(prompt: string, change: object = {}): Promise<void> {
    const picture = { model: 'gpt-image-2', prompt, size: '1024x1024', quality: 'low', ...change }
    await this.request('POST', '/v1/images/generations', picture)
  }

  /** One picture as a job. @returns when it is on record */
  async submitJob(prompt: string, change: object = {}): Promise<void> {
    const picture = { model: 'gpt-image-2', prompt, size: '1024x1024', quality: 'low', ...change }
    await this.request('POST', '/v2/images/generate', { request: picture })
  }

  /** Waits until no job is open any more. */
  async untilIdle(): Promise<void> {
    for (;;) {
      const { jobs } = (await this.request('GET', '/v2/jobs?status=PROCESSING&limit=1')) as { jobs: object[] }
      if (jobs.length === 0) return
      await wait(20)
    }
  }

  /** Asks it something as its default key, or as its administrator. @returns the answer, read as JSON */
  async request(method: string, path: string, body?: object, as: 'key' | 'admin' = 'key'): Promise<unknown> {
    const credential = as === 'admin' ? ADMIN_TOKEN : this.#key
    const headers = { authorization: `Bearer ${credential}`, 'x-darkroom-route': 'sandbox', 'content-type': 'application/json' }
    const reply = await fetch(this.#url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const text = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path} was answered ${reply.status}: ${text.slice(0, 500)}`)
    return JSON.parse(text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
    await rm(this.dataFolder, { recursive: true, force: true })
  }
}
