import type { Access } from '../access/index.ts'
import type { Admission, WrongKeys } from '../admission/index.ts'
import type { DeadlineTable } from '../contract/deadlines.ts'
import type { MainModelCatalogue } from '../contract/main-model-catalogue.ts'
import type { ModelCatalogue } from '../contract/model-catalogue.ts'
import type { RetentionDays } from '../contract/retention.ts'
import type { Database } from '../db/database.ts'
import type { Signals } from '../db/signals.ts'
import type { Outbound } from '../outbound/index.ts'
import type { PixelPool } from '../pixels/index.ts'
import type { MainModelPriceCard, PriceCard } from '../pricing/index.ts'
import type { Clock } from '../primitives/clock.ts'
import type { IdSource } from '../primitives/ids.ts'
import type { Nanos } from '../primitives/money.ts'
import type { SealingKey } from '../primitives/sealed-bytes.ts'
import type { ImageProvider } from '../providers/index.ts'
import type { Quarantine } from '../quarantine/index.ts'
import type { RouteHealth, RouteLatencies, RouteTable } from '../routes/index.ts'
import type { ObjectLocks, ObjectStore } from '../store/index.ts'
import type { Logger, Metrics, Tracing } from '../telemetry/index.ts'
import type { DocumentKey } from '../threads/index.ts'
import type { Vault } from '../vault/index.ts'
import type { AfterDelivery } from './after-delivery.ts'
import type { Batches } from './batches/batches.ts'
import type { CallsUnderWay } from './idempotency/calls-under-way.ts'
import type { JobEvents } from './jobs/job-events.ts'
import type { JobRunner } from './jobs/job-runner.ts'
import type { LivePreviews } from './jobs/live-previews.ts'
import type { JobSets } from './jobs/sets/job-sets.ts'
import type { NodeLife } from './nodes/node-life.ts'
import type { CallSidecars } from './recovery/call-sidecars.ts'
import type { SpoolRecovery } from './recovery/spool-recovery.ts'
import type { BackgroundResponses } from './respond/background-responses.ts'
import type { RetentionRounds } from './retention/retention-rounds.ts'
import type { RetryBudget } from './retry-budget.ts'
import type { ReviewRounds } from './review/review-rounds.ts'
import type { RouteStandings } from './route-standings.ts'
import type { RoutingPolicies } from './routing-policy.ts'
import type { RunningGenerations } from './running-generations.ts'
import type { StorageHealth } from './storage-health.ts'
import type { Thumbnails } from './thumbnails.ts'
import type { CostWatch } from './unknowns/cost-watch.ts'
import type { UnknownRounds } from './unknowns/unknown-rounds.ts'
import type { OwnHosts } from './webhooks/own-hosts.ts'
import type { WebhookDeliveries } from './webhooks/webhook-deliveries.ts'

/** What the operator decided for every project. */
export interface Policy {
  /** `images-only`: a Responses call without the image tool is refused. */
  surfaces: 'all' | 'images-only'
  /** Edits with a mask get the source's own pixels outside it, unless the call says `guide`. */
  strictMasks: boolean
  /** What becomes of a Responses call whose main model nobody here knows. */
  unknownModels: 'refuse' | 'pass_with_ceiling'
  /** What one Responses call is counted at before it is made, at least. */
  responsesCeiling: Nanos
  /** How routes are chosen, and what may follow a call that failed. */
  routing: RoutingPolicies
  /** Beyond any of these, unknown outcomes are warned of. */
  unknownAlert: { count: number; nanos: Nanos; ageMs: number }
}

/** The built parts, as the flows and the edges act upon them. `createGateway` makes one; nothing else does. */
export interface GatewayParts {
  clock: Clock
  newId: IdSource
  logger: Logger
  metrics: Metrics
  tracing: Tracing
  database: Database
  access: Access
  catalogue: ModelCatalogue
  priceCards: readonly PriceCard[]
  mainModels: MainModelCatalogue
  mainModelCards: readonly MainModelPriceCard[]
  policy: Policy
  routes: RouteTable
  /** Keys of upstreams that are kept here. */
  vault: Vault
  /** What the gate and the pictures say of each. */
  standings: RouteStandings
  /** Whether each takes a call right now. */
  health: RouteHealth
  latencies: RouteLatencies
  retryBudget: RetryBudget
  /** A number from 0 to below 1. */
  chance: () => number
  /** The provider of each protocol. */
  providers: ReadonlyMap<string, ImageProvider>
  outbound: Outbound
  pixels: PixelPool
  /** One process that reads texts: it keeps languages loaded, and is slow. */
  reader: PixelPool
  store: ObjectStore
  objectLocks: ObjectLocks
  storageHealth: StorageHealth
  running: RunningGenerations
  /** The door in front of what costs memory or money. */
  admission: Admission
  /** What a project counts for there, by name; 1 where it is not named. */
  weights: ReadonlyMap<string, number>
  wrongKeys: WrongKeys
  /** What makes the jobs that wait. */
  jobs: JobRunner
  jobEvents: JobEvents
  livePreviews: LivePreviews
  thumbnails: Thumbnails
  /** What sees to it that sets of jobs go on. */
  jobSets: JobSets
  /** What makes the jobs of the economy lane. */
  batches: Batches
  /** What orders of jobs are sealed with. */
  orderKey: SealingKey
  /** What declared and read texts are sealed with. */
  guardKey: SealingKey
  /** What prompt documents are sealed with. */
  promptKey: SealingKey
  /** What addresses of results are signed with. */
  addressKey: SealingKey
  /** Who waits for the generations of this process. */
  underWay: CallsUnderWay
  afterDelivery: AfterDelivery
  background: BackgroundResponses
  unknownRounds: UnknownRounds
  costWatch: CostWatch
  /** Answers that could not be used. */
  quarantine: Quarantine
  /** What turns of assistant flows are sealed with. */
  documentKey: DocumentKey
  /** What would settle the calls under way without this process. */
  sidecars: CallSidecars
  spoolRecovery: SpoolRecovery
  webhookDeliveries: WebhookDeliveries
  /** What secrets and messages of webhooks are sealed with. */
  webhookKey: SealingKey
  /** Where this gateway itself is reached. */
  ownHosts: OwnHosts
  /** What words of work by hand are sealed with. */
  handoffKey: SealingKey
  /** What words of prompts are blinded with. */
  searchKey: SealingKey
  /** What the answers of generations are sealed with. */
  replyKey: SealingKey
  /** How long what is recorded is kept, where a project says nothing of it. */
  retention: RetentionDays
  /** What deletes what its time is over for, and removes bytes that nobody refers to. */
  retentionRounds: RetentionRounds
  reviewRounds: ReviewRounds
  /** Seals what reviewers ask to change. */
  reviewKey: SealingKey
  /** Folder of spool files, on the same file system as the folder store. */
  spoolFolder: string
  /** Of this release. */
  version: string
  /** This process, as the owner of the attempts it makes. */
  bootId: string
  /** Its life among those that share its database. */
  nodeLife: NodeLife
  /** What wakes those. */
  signals: Signals
  /** How long who waits for a call. */
  deadlines: DeadlineTable
  /** Waits between tries to book a call that has happened. */
  bookingPausesMs: readonly number[]
}
