/** Process of the benches: a real gateway with one configured route, and what it costs. */
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { devNull } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { readConfig } from '../src/config/read-config.ts'
import { type Database, dataFolderPaths, type PostgresFigures, type WriterFigures } from '../src/db/index.ts'
import { createGateway, type Gateway } from '../src/gateway.ts'
import { createLogger } from '../src/telemetry/index.ts'
import { answerOrders } from './support/bench-process.ts'
import { type ProcessFigures, processFigures } from './support/process-figures.ts'

/** Delays of the event loop beyond the sampling step. */
export interface LoopLag {
  samples: number
  p50Ms: number
  p99Ms: number
  maxMs: number
}

/** Callers' transactions that stand; `commits` are flushes of the one writer, `collisions` tries that others were in the way of. */
export interface DatabaseFigures {
  transactions: number
  commits: number | null
  collisions: number
}

/** What the bench may ask. */
export interface GatewayOrders {
  /** Starts a gateway from an environment, as the program would. */
  listen(environment: Record<string, string>): Promise<{ port: number; key: string }>
  figures(): ProcessFigures
  /** What its database has done so far: transactions, and how often one was begun anew (PostgreSQL) or how many flushes they shared (SQLite). */
  databaseFigures(): DatabaseFigures
  /** Begins to watch the event loop anew. */
  watchLoop(): void
  /** The delays since then. */
  loopLag(): LoopLag
}

/** Each engine counts what it can. */
type EngineFigures = { transactions: number } & Partial<WriterFigures & PostgresFigures>

const SAMPLING_STEP_MS = 1
const NANOSECONDS_PER_MS = 1e6
const loop = monitorEventLoopDelay({ resolution: SAMPLING_STEP_MS })
let gateway: Gateway | null = null

/** The monitor counts from timer to timer, the step between them included. */
const lagMs = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS_PER_MS - SAMPLING_STEP_MS)

answerOrders<GatewayOrders>(
  {
    async listen(environment) {
      const config = readConfig(environment)
      // The log is written as in production, since it costs something, but to nowhere.
      const logger = createLogger({ level: config.logLevel, destination: createWriteStream(devNull) })
      gateway = await createGateway(config, { logger })
      const key = (await readFile(dataFolderPaths(config.dataFolder).defaultKey, 'utf8')).trim()
      return { port: Number(new URL(gateway.url).port), key }
    },
    figures: processFigures,
    databaseFigures() {
      const { transactions, commits, repeated } = (gateway!.parts.database as Database & { figures(): EngineFigures }).figures()
      return { transactions, commits: commits ?? null, collisions: (repeated?.collision ?? 0) + (repeated?.taken ?? 0) }
    },
    watchLoop() {
      loop.reset()
      loop.enable()
    },
    loopLag() {
      loop.disable()
      return { samples: loop.count, p50Ms: lagMs(loop.percentile(50)), p99Ms: lagMs(loop.percentile(99)), maxMs: lagMs(loop.max) }
    },
  },
  () => gateway?.close(0),
)
