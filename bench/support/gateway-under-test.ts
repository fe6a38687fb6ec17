import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GatewayOrders } from '../gateway-process.ts'
import type { Target } from './bench-call.ts'
import { BenchProcess, type StartOptions } from './bench-process.ts'

/** A price for the mock's pictures; the ledger books it as real money. */
const yaml = (upstreamPort: number) => `version: 1
routes:
  - { id: mock, owner: bench, kind: provider, base_url: "http://127.0.0.1:${upstreamPort}/v1", key: { env: BENCH_KEY }, models: {} }
price_cards:
  - id: bench
    date: 2026-11-01
    owner: bench
    kind: tokens
    models: [gpt-image-2]
    rates: { text_in: "5.00", image_in: "8.00", image_out: "30.00" }
    source: made up for the bench
`

/** A gateway of its own process on a new data folder, in front of the mock upstream. */
export class GatewayUnderTest implements AsyncDisposable {
  readonly process: BenchProcess<GatewayOrders>
  readonly target: Target
  readonly dataFolder: string

  private constructor(process: BenchProcess<GatewayOrders>, target: Target, dataFolder: string) {
    this.process = process
    this.target = target
    this.dataFolder = dataFolder
  }

  /** Starts one. @param settings further lines of its darkroom.yaml */
  static async start(upstreamPort: number, options: StartOptions, settings = ''): Promise<GatewayUnderTest> {
    const dataFolder = await mkdtemp(join(tmpdir(), 'darkroom-bench-'))
    const configPath = join(dataFolder, 'darkroom.yaml')
    await writeFile(configPath, yaml(upstreamPort) + settings)
    const process = new BenchProcess<GatewayOrders>('gateway-process.ts', options)
    const environment = { PORT: '0', DARKROOM_DATA: dataFolder, DARKROOM_CONFIG: configPath, BENCH_KEY: 'sk-bench' }
    const { port, key } = await process.ask('listen', environment)
    // Only OpenAI's own host and the sandbox carry traffic unnamed.
    const headers = { authorization: `Bearer ${key}`, 'x-darkroom-route': 'mock' }
    return new GatewayUnderTest(process, { port, headers }, dataFolder)
  }

  /** Reads a JSON page of the gateway. */
  async read(path: string): Promise<unknown> {
    const reply = await fetch(`http://127.0.0.1:${this.target.port}${path}`, { headers: this.target.headers })
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}`)
    return reply.json()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]()
    await rm(this.dataFolder, { recursive: true, force: true })
  }
}
