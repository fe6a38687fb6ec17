import type { Access } from '../access/index.ts'
import type { ModelCatalogue } from '../contract/model-catalogue.ts'
import type { Database } from '../db/database.ts'
import type { Outbound } from '../outbound/index.ts'
import type { PixelPool } from '../pixels/index.ts'
import type { PriceCard } from '../pricing/index.ts'
import type { Clock } from '../primitives/clock.ts'
import type { IdSource } from '../primitives/ids.ts'
import type { ImageProvider } from '../providers/index.ts'
import type { RouteTable } from '../routes/index.ts'
import type { ObjectLocks, ObjectStore } from '../store/index.ts'
import type { Logger, Metrics } from '../telemetry/index.ts'
import type { DriftMeter } from './drift-meter.ts'
import type { RunningGenerations } from './running-generations.ts'
import type { StorageHealth } from './storage-health.ts'

/** The built parts, as the flows and the edges act upon them. `createGateway` makes one; nothing else does. */
export interface GatewayParts {
  clock: Clock
  newId: IdSource
  logger: Logger
  metrics: Metrics
  database: Database
  access: Access
  catalogue: ModelCatalogue
  priceCards: readonly PriceCard[]
  routes: RouteTable
  /** The provider of each protocol. */
  providers: ReadonlyMap<string, ImageProvider>
  outbound: Outbound
  pixels: PixelPool
  store: ObjectStore
  objectLocks: ObjectLocks
  storageHealth: StorageHealth
  running: RunningGenerations
  drifts: DriftMeter
  /** Folder of spool files, on the same file system as the folder store. */
  spoolFolder: string
  /** This process, as the owner of the attempts it makes. */
  bootId: string
  upstreamTimeoutMs: number
}
