import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import packageJson from '../package.json' with { type: 'json' }
import { openAccess, type Secrets } from './access/index.ts'
import { Admission, WrongKeys } from './admission/index.ts'
import type { DarkroomConfig } from './config/read-config.ts'
import { MainModelCatalogue } from './contract/main-model-catalogue.ts'
import { shippedMainModelRows } from './contract/main-model-rows.ts'
import { ModelCatalogue } from './contract/model-catalogue.ts'
import { shippedModelRows } from './contract/model-rows.ts'
import { openApiDocument } from './contract/openapi.ts'
import { type Database, dataFolderPaths, lockDataFolder, observeDatabase } from './db/index.ts'
import {
  AfterDelivery,
  BackgroundResponses,
  Batches,
  breakOffCalls,
  CallSidecars,
  CallsUnderWay,
  CostWatch,
  type EconomySettings,
  faultCode,
  type GatewayParts,
  Housekeeping,
  hearOthers,
  JobEvents,
  JobRunner,
  JobSets,
  jobReceiversOf,
  LivePreviews,
  NodeLife,
  OwnHosts,
  RetentionRounds,
  RetryBudget,
  ReviewRounds,
  RouteStandings,
  RunningGenerations,
  routeNews,
  SpoolRecovery,
  StorageHealth,
  shuttingDown,
  Thumbnails,
  takeOver,
  tellRouteHealth,
  UnknownRounds,
  unifiedJobBody,
  WebhookDeliveries,
  type WebhookDeliveriesOptions,
} from './flows/index.ts'
import { guardKey, readerOptions } from './guard/index.ts'
import { httpRoutes } from './http/routes/index.ts'
import { closeHttpServer, createHttpServer } from './http/server.ts'
import type { BodyPace } from './http/slow-body.ts'
import { folderIdOf, openDatabase, openJobQueue, openSecretsOf } from './open-database.ts'
import { type OpenObjectsOptions, openObjects } from './open-objects.ts'
import { createOutbound } from './outbound/index.ts'
import { openPixelPool } from './pixels/index.ts'
import { builtInMainModelCards, builtInPriceCards } from './pricing/index.ts'
import { type Clock, systemClock } from './primitives/clock.ts'
import { activeFailPoint, fp } from './primitives/fail-point.ts'
import { type IdSource, newId } from './primitives/ids.ts'
import { sealingKey } from './primitives/sealed-bytes.ts'
import { ConfigurationError } from './primitives/settings.ts'
import { promptKey } from './prompts/index.ts'
import { createApiframeProvider, createOpenAiProvider } from './providers/index.ts'
import { Quarantine } from './quarantine/index.ts'
import { type RouteContract, RouteHealth, RouteLatencies, RouteTable, sandboxRoute, secretsOf, withStoredKeys } from './routes/index.ts'
import { type Sandbox, startSandbox } from './sandbox/index.ts'
import { EmergencyReserve, openObjectLocks } from './store/index.ts'
import { createLogger, createMetrics, type Logger, openTracing } from './telemetry/index.ts'
import { documentKey } from './threads/index.ts'
import { openVault, type Vault } from './vault/index.ts'

/** This release. */
export const version = packageJson.version

/** How long an end in a hurry takes at most, all told. */
const STOP_WITHIN_MS = 5000

/** When the emergency reserve is laid: a gateway that is opened for one command is gone by then. */
const RESERVE_AFTER_MS = 10_000

/** Some twenty seconds: a lock passes, a disk that is gone does not. */
const BOOKING_PAUSES_MS: readonly number[] = [250, 1000, 4000, 15_000]

/** What a gateway is built from beside its configuration; tests pass their own. */
export interface GatewayOptions {
  clock?: Clock
  newId?: IdSource
  /** A number from 0 to below 1, for jitter and for what probes ask. @default Math.random */
  chance?: () => number
  logger?: Logger
  /** Free space below which no call is made. */
  minimumFreeBytes?: number
  /** Shortest pause between two questions about a background response. */
  backgroundPauseMs?: number
  /** Where the economy lane is to be quicker than the configuration can say. */
  economy?: Partial<EconomySettings>
  /** True for a gateway that is opened to set or remove secrets: it starts although one is missing or cannot be opened. @default false */
  mayLackSecrets?: boolean
  /** True for a gateway that is opened to look at jobs or to steer them: those that wait are left to the next one. @default false */
  leavesJobs?: boolean
  /** What the guard has to judge waits for another start. */
  leavesJudging?: boolean
  /** True for a gateway on a copy that somebody looks at: it makes no job, asks no upstream and sends no webhook. @default false */
  callsNobody?: boolean
  /** Waits between tries to book a call that has happened, before it is left to the rounds over the spool. */
  bookingPausesMs?: readonly number[]
  /** How webhooks are delivered. */
  webhooks?: WebhookDeliveriesOptions
  /** How a bucket is spoken to, where there is one. */
  s3?: OpenObjectsOptions
  /** How promptly bodies of requests must come. */
  bodyPace?: BodyPace
}

/** A gateway that listens. */
export interface Gateway extends AsyncDisposable {
  /** Where it answers, e.g. `http://127.0.0.1:4100`. */
  readonly url: string
  readonly parts: GatewayParts
  /** The built-in sandbox; null when a route is configured. */
  readonly sandbox: Sandbox | null
  /** True when this start made the data folder. */
  readonly firstStart: boolean
  /** True when this start made the admin token. */
  readonly adminTokenMade: boolean
  /**
   * Stops taking work, waits for what is under way up to the grace (as configured unless it is given), then closes everything in the order of
   * dependence. Calls that are left are broken off and held as unknown. Calling it again waits for the same end.
   * @returns how many calls were left
   */
  close(graceMs?: number): Promise<number>
  /** Ends at once: breaks off what is under way and holds it as unknown, in five seconds at most. Whoever calls it is to end the process. */
  stop(): Promise<void>
}

let described: object | null = null

/** The OpenAPI document of this release. */
export function describeApi(): object {
  described ??= openApiDocument(httpRoutes, {
    title: 'Darkroom',
    version,
    description: "A production gateway for OpenAI's GPT Image models. /v1 is OpenAI's own API, /v2 is Darkroom's.",
  })
  return described
}

/**
 * Builds every part in the order of dependence and listens: the one composition root, for the program, the command line and the tests.
 * @throws Failure `data_folder_locked` when another process owns the data folder; the system's error when the port is taken.
 */
export async function createGateway(config: DarkroomConfig, options: GatewayOptions = {}): Promise<Gateway> {
  const clock = options.clock ?? systemClock
  const ids = options.newId ?? newId
  const logger = options.logger ?? createLogger({ level: config.logLevel, destination: process.stderr })
  const bootId = ids('boot')
  const chance = options.chance ?? Math.random
  await using opening = new AsyncDisposableStack()

  // First of all, so that it ends last: what the others do until then is told.
  const tracing = opening.adopt(await openTracing(config.tracing, { version, logger }), (spans) => spans.close())
  const lock = opening.adopt(await lockDataFolder(config.dataFolder), (held) => held.release())
  if (activeFailPoint !== null) logger.error({ code: activeFailPoint.name }, 'a fail point is armed: this process will fail on purpose')
  fp('start_after_lock')
  const paths = dataFolderPaths(config.dataFolder)
  await mkdir(paths.spool, { recursive: true, mode: 0o700 })
  const metrics = opening.adopt(createMetrics({ version }), (kept) => kept.close())
  const { database: opened, signals } = opening.use(await openDatabase(config, { clock, logger, bootId }))
  const database = observeDatabase(opened, (what) => metrics.databaseAsked(what))
  fp('start_after_database')
  const nodeLife = new NodeLife({
    role: config.role,
    folderId: await folderIdOf(config),
    pace: config.nodePace,
  })
  await nodeLife.register({ database, clock, newId: ids, bootId, version })
  opening.adopt(nodeLife, (life) => life.close({ database, clock, newId: ids, bootId, version }))
  const workers = () => nodeLife.nodes.filter(({ role }) => role !== 'api').length
  const queue = opening.adopt(await openJobQueue(config, { database, clock, logger, workers }), (open) => open.close())
  const secrets = await openSecretsOf(config, { db: database, clock, newId: ids })
  const vault = await openSecretsOfUpstreams(config, { database, clock, ids, secrets }, options.mayLackSecrets ?? false)
  const { access, firstStart } = await openAccess({
    db: database,
    clock,
    newId: ids,
    secrets,
    logger,
    dataFolder: config.dataFolder,
    onChange: () => signals.send('access'),
  })

  const outbound = opening.adopt(createOutbound({ userAgent: `darkroom/${version}`, ...config.outbound }), (door) => door.close())
  const sandbox = config.routes.length > 0 ? null : opening.adopt(await startBuiltInSandbox(config), (emulator) => emulator.close())
  const { store, deliveries } = await openObjects(config, options.s3)
  if (deliveries) opening.adopt(deliveries, (rounds) => rounds.close())
  const reserve = opening.adopt(new EmergencyReserve(paths.reserve, config.emergencyReserveBytes), (room) => room.close())
  const pixels = opening.use(openPixelPool())
  const afterDelivery = opening.adopt(new AfterDelivery({ judges: !options.leavesJudging }), (work) => work.close())
  // Closed before those who wait for it: a stop does not wait for a page to be read.
  const reader = opening.use(openPixelPool(readerOptions))
  const background = opening.adopt(new BackgroundResponses(options.backgroundPauseMs), (asking) => asking.close())
  const unknownRounds = opening.adopt(new UnknownRounds(), (rounds) => rounds.close())
  const costWatch = opening.adopt(new CostWatch(), (watch) => watch.close())
  const retentionRounds = opening.adopt(new RetentionRounds(), (rounds) => rounds.close())
  const reviewRounds = opening.adopt(new ReviewRounds(), (rounds) => rounds.close())
  const spoolRecovery = opening.adopt(new SpoolRecovery(), (rounds) => rounds.close())
  const webhookDeliveries = opening.adopt(
    new WebhookDeliveries({ callTargetsOf: jobReceiversOf, unifiedBody: unifiedJobBody, ...options.webhooks }),
    (deliveries) => deliveries.close(),
  )
  const providers = [createOpenAiProvider({ outbound, clock }), createApiframeProvider({ outbound, clock })]

  const storageHealth = new StorageHealth({ store, reserve, clock, logger, metrics, minimumFreeBytes: options.minimumFreeBytes })
  const sidecars = new CallSidecars({
    folder: paths.spool,
    key: sealingKey(secrets.masterKey, 'spool sidecars'),
    logger,
    onFault: (error) => storageHealth.noteFault(faultCode(error)),
  })

  const parts: GatewayParts = {
    clock,
    newId: ids,
    logger,
    metrics,
    tracing,
    database,
    access,
    catalogue: new ModelCatalogue(shippedModelRows, config.models),
    priceCards: [...builtInPriceCards, ...config.priceCards],
    mainModels: new MainModelCatalogue(shippedMainModelRows, config.mainModels),
    mainModelCards: [...builtInMainModelCards, ...config.mainModelCards],
    policy: config.policy,
    routes: new RouteTable(
      sandbox ? [sandboxRoute(sandbox.url)] : config.routes.map((route) => withStoredKeys(route, (name) => vault.secret(name))),
    ),
    vault,
    standings: new RouteStandings(),
    health: new RouteHealth({
      clock,
      chance,
      onChange: (change) => tellRouteHealth({ logger, metrics }, change),
      onNews: (news) => signals.send('health', routeNews(bootId, news)),
    }),
    latencies: new RouteLatencies(),
    retryBudget: new RetryBudget(),
    chance,
    providers: new Map(providers.map((provider) => [provider.protocol, provider])),
    outbound,
    pixels,
    reader,
    store,
    objectLocks: await openObjectLocks({ db: database, clock, holder: bootId, isShared: database.dialect === 'postgres' }),
    storageHealth,
    running: new RunningGenerations(),
    admission: new Admission({ limits: config.admission.limits, clock, chance, onChange: (load) => metrics.doorLoad(load) }),
    weights: config.admission.weights,
    wrongKeys: new WrongKeys(clock),
    jobs: opening.adopt(new JobRunner({ ...config.jobs, queue, signals }), (runner) => runner.close()),
    jobEvents: new JobEvents((jobId) => signals.send('job', jobId)),
    livePreviews: new LivePreviews(),
    thumbnails: new Thumbnails(),
    jobSets: opening.adopt(new JobSets(), (sets) => sets.close()),
    batches: opening.adopt(new Batches({ ...config.jobs.economy, ...options.economy }), (lane) => lane.close()),
    orderKey: sealingKey(secrets.masterKey, 'job orders'),
    guardKey: guardKey(secrets.masterKey),
    promptKey: promptKey(secrets.masterKey),
    addressKey: sealingKey(secrets.masterKey, 'addresses of pictures'),
    underWay: new CallsUnderWay((generationId) => signals.send('ended', generationId)),
    afterDelivery,
    background,
    unknownRounds,
    costWatch,
    quarantine: new Quarantine(paths.quarantine, sealingKey(secrets.masterKey, 'quarantine')),
    documentKey: documentKey(secrets.masterKey),
    sidecars,
    spoolRecovery,
    webhookDeliveries,
    webhookKey: sealingKey(secrets.masterKey, 'webhooks'),
    ownHosts: new OwnHosts(config.http),
    handoffKey: sealingKey(secrets.masterKey, 'handoffs'),
    searchKey: sealingKey(secrets.masterKey, 'words of prompts'),
    replyKey: sealingKey(secrets.masterKey, 'stored replies'),
    retention: config.retention,
    retentionRounds,
    reviewRounds,
    reviewKey: sealingKey(secrets.masterKey, 'review changes'),
    spoolFolder: paths.spool,
    version,
    bootId,
    nodeLife,
    signals,
    deadlines: config.deadlines,
    bookingPausesMs: options.bookingPausesMs ?? BOOKING_PAUSES_MS,
  }
  await parts.standings.refresh(parts)
  // What is on disk of a call comes before any word on its outcome.
  const { left } = await spoolRecovery.begin(parts)
  await takeOver(parts, left)
  await opening.adopt(new Housekeeping(), (rounds) => rounds.close()).start(parts)
  await retentionRounds.start(parts)
  if (!options.leavesJobs && !options.callsNobody) {
    if (config.role !== 'api') await parts.jobs.start(parts)
    parts.jobSets.start(parts)
    await parts.batches.start(parts)
  }
  parts.jobEvents.whenAny(() => {
    parts.jobSets.look()
    webhookDeliveries.wake()
  })
  hearOthers(parts)
  afterDelivery.start(parts)
  reviewRounds.start(parts)
  spoolRecovery.start(parts)
  if (!options.callsNobody) {
    background.start(parts)
    unknownRounds.start(parts)
    costWatch.start(parts)
  }
  nodeLife.start(parts)
  deliveries?.start(parts)

  const app = opening.adopt(await createHttpServer(parts, config.http, httpRoutes, describeApi, options.bodyPace), closeHttpServer)
  fp('start_before_listen')
  const url = await app.listen({ host: config.http.host, port: config.http.port })
  setTimeout(() => void reserve.lay(), RESERVE_AFTER_MS).unref()
  parts.ownHosts.listensAt(url)
  if (!options.callsNobody && config.role !== 'api') await webhookDeliveries.start(parts)
  await lock.announce({ url, bootId, startedAtMs: clock.nowMs() })

  const open = opening.move()
  let closing: Promise<number> | undefined
  const drain = async (graceMs: number) => {
    const draining = parts.running.drain(graceMs)
    parts.admission.sendAway(shuttingDown())
    const left = await draining
    if (left > 0) await breakOffCalls(parts)
    await open.disposeAsync()
    return left
  }
  const close = (graceMs = config.drainGraceMs) => {
    closing ??= drain(graceMs)
    return closing
  }
  const stop = async () => {
    parts.running.hurry()
    await Promise.race([close(0), wait(STOP_WITHIN_MS)])
  }
  const dispose = async () => void (await close())
  return { url, parts, sandbox, firstStart, adminTokenMade: secrets.adminTokenMade, close, stop, [Symbol.asyncDispose]: dispose }
}

/**
 * Opens the keys of upstreams that are kept in the data folder, and sees to it that every route has its own.
 * @throws ConfigurationError for one that is missing or cannot be opened, unless the gateway was opened to mend that
 */
async function openSecretsOfUpstreams(
  config: Pick<DarkroomConfig, 'dataFolder' | 'routes'>,
  { database: db, clock, ids: newId, secrets }: { database: Database; clock: Clock; ids: IdSource; secrets: Secrets },
  tolerant: boolean,
): Promise<Vault> {
  try {
    const vault = await openVault({ db, clock, newId, masterKey: secrets.masterKey }, { tolerant })
    if (!tolerant) assertKeysAreKept(vault, config.routes)
    return vault
  } catch (error) {
    // A key made just now opens nothing that is there: the next start must not take it for the right one.
    if (secrets.masterKeyMade && error instanceof ConfigurationError)
      await rm(dataFolderPaths(config.dataFolder).masterKey, { force: true })
    throw error
  }
}

function assertKeysAreKept(vault: Vault, routes: readonly RouteContract[]): void {
  const missing = routes.flatMap((route) =>
    secretsOf(route).flatMap((name) =>
      vault.has(name) ? [] : [`route ${route.id} takes its key from the secret ${name}, which is not there: darkroom secrets set ${name}`],
    ),
  )
  if (missing.length > 0) throw new ConfigurationError(missing.join('\n'))
}

function startBuiltInSandbox(config: DarkroomConfig): Promise<Sandbox> {
  const { port, latencyMs, flat } = config.sandbox
  return startSandbox({
    port,
    flat,
    invoicePath: join(config.dataFolder, 'sandbox-invoice.jsonl'),
    ...(latencyMs === null ? {} : { latencyMs }),
  })
}
