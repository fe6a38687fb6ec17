import { resolve } from 'node:path'
import type { AdmissionLimits } from '../admission/index.ts'
import type { DeadlineTable } from '../contract/deadlines.ts'
import type { MainModelRow } from '../contract/main-model-row.ts'
import type { ModelRow } from '../contract/model-row.ts'
import type { RetentionDays } from '../contract/retention.ts'
import { readDatabaseConfig, type SharedDatabaseConfig } from '../db/index.ts'
import type { EconomySettings, NodePace, Policy, RoutingPolicies, RoutingPolicy } from '../flows/index.ts'
import { type HttpConfig, readHttpConfig } from '../http/config.ts'
import type { NodeRole } from '../nodes/index.ts'
import { type MainModelPriceCard, type PriceCard, priceListsFromRows } from '../pricing/index.ts'
import { parseUsd } from '../primitives/money.ts'
import { type Environment, readChoice, readInteger, readText, SettingError } from '../primitives/settings.ts'
import { officialRoute, type RouteContract } from '../routes/index.ts'
import { readS3Settings, type S3Settings } from '../store/index.ts'
import type { TracingConfig } from '../telemetry/index.ts'
import { checkRoutes } from './check-routes.ts'
import { checkTimeouts } from './check-timeouts.ts'
import { type ConfigFile, readConfigFile } from './config-file.ts'
import { readDataFolder } from './read-data-folder.ts'
import { readTracing } from './read-tracing.ts'

/** Everything a gateway is built from. Read once at start; every part receives values, none reads the environment. */
export interface DarkroomConfig {
  /** The file that was read; `exists` is false where there is none and its settings are all defaults. */
  file: { path: string; exists: boolean }
  http: HttpConfig
  dataFolder: string
  /** A database that other processes may share; null = the data folder's own. */
  sharedDatabase: SharedDatabaseConfig | null
  /** What this process does. */
  role: NodeRole
  /** Configured routes; empty = the built-in sandbox serves. */
  routes: readonly RouteContract[]
  priceCards: readonly PriceCard[]
  mainModelCards: readonly MainModelPriceCard[]
  models: readonly ModelRow[]
  mainModels: readonly MainModelRow[]
  policy: Policy
  /** Private or plain-http places that callers may name, and public ones that they may not. */
  outbound: { allow: readonly string[]; denyRanges: readonly string[] }
  /** Settings of the built-in sandbox. `latencyMs` null = by quality. */
  sandbox: { port: number; latencyMs: number | null; flat: boolean }
  /** The bucket that new objects go to; null = the data folder. */
  s3: S3Settings | null
  /** Room kept for a full disk; null = 1 GiB, at most a fiftieth of what is free. */
  emergencyReserveBytes: number | null
  /** How much is taken in at once, and what each project counts for, by name. */
  admission: { limits: AdmissionLimits; weights: ReadonlyMap<string, number> }
  /** How many jobs are made at once, and how many of one project may wait. */
  jobs: { places: number; mostWaiting: number; economy: EconomySettings }
  /** How long what is recorded is kept, where a project says nothing of it. */
  retention: RetentionDays
  /** How long who waits for a call. */
  deadlines: DeadlineTable
  /** How often processes that share a database look after one another. */
  nodePace: NodePace
  /** How long shutdown waits for calls under way. */
  drainGraceMs: number
  logLevel: LogLevel
  /** Where spans go; null = nowhere. */
  tracing: TracingConfig | null
  environment: Environment
}

const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const
/** How much the log says. */
export type LogLevel = (typeof logLevels)[number]

/** What the command line adds to the environment; a flag wins over a variable. */
export interface ConfigFlags {
  /** Opens the paid route to OpenAI with `OPENAI_API_KEY`. */
  live?: boolean
  port?: number
  host?: string
  dataFolder?: string
  role?: string
}

const SECOND = 1000
const MEGABYTE = 1_000_000
const ports = { min: 0, max: 65_535 }
const sandboxLatencies = { min: 0, max: 600 * SECOND }

/**
 * Joins command line, environment and `darkroom.yaml`.
 * @throws ConfigurationError naming each setting that cannot be used, with what was expected and found.
 */
export function readConfig(environment: Environment, flags: ConfigFlags = {}): DarkroomConfig {
  const file = readConfigFile(resolve(readText(environment, 'DARKROOM_CONFIG', 'darkroom.yaml')))
  const { settings } = file
  const http = readHttpConfig(environment, settings)
  const routes = configuredRoutes(file, environment, flags.live ?? false)
  if (routes.length === 0 && environment['NODE_ENV'] === 'production')
    throw new SettingError(
      'NODE_ENV',
      'a configured route or --live beside it, since the sandbox makes no production pictures',
      'production',
    )
  return {
    file: { path: file.path, exists: file.exists },
    http: { ...http, host: flags.host ?? http.host, port: flags.port ?? http.port },
    dataFolder: readDataFolder(environment, flags),
    ...readSharing(environment, flags),
    routes,
    ...priceListsFromRows(settings.price_cards),
    models: settings.models,
    mainModels: settings.main_models,
    policy: {
      surfaces: settings.policy.surfaces,
      strictMasks: settings.policy.strict_masks,
      unknownModels: settings.unknown_models,
      responsesCeiling: parseUsd(settings.policy.responses_ceiling),
      routing: routingPolicies(settings.policy),
      unknownAlert: {
        count: settings.policy.unknown_alert.count,
        nanos: parseUsd(settings.policy.unknown_alert.usd),
        ageMs: settings.policy.unknown_alert.age_h * 3600 * SECOND,
      },
    },
    outbound: { allow: settings.outbound.allow, denyRanges: settings.outbound.deny_ranges },
    sandbox: {
      port: readInteger(environment, 'DARKROOM_SANDBOX_PORT', 0, ports),
      latencyMs: readInteger(environment, 'DARKROOM_SANDBOX_LATENCY_MS', null, sandboxLatencies),
      flat: false,
    },
    s3: readS3Settings(environment),
    emergencyReserveBytes: reserveBytes(readInteger(environment, 'DARKROOM_RESERVE_MIB', null, reserves)),
    admission: admissionOf(settings.admission),
    jobs: {
      places: settings.jobs.concurrency,
      mostWaiting: settings.jobs.waiting_per_project,
      economy: configuredEconomy(settings.jobs.economy),
    },
    retention: configuredRetention(settings.retention),
    deadlines: configuredDeadlines(file),
    nodePace: { beatEveryMs: settings.nodes.beat_s * SECOND, deadAfterMs: settings.nodes.dead_s * SECOND },
    drainGraceMs: settings.timeouts.drain_s * SECOND,
    logLevel: readChoice(environment, 'DARKROOM_LOG', 'info', logLevels),
    tracing: readTracing(environment),
    environment,
  }
}

const roles = ['all', 'api', 'worker'] as const

/** @throws SettingError for a part of the work without the database by which the others would hear of it */
function readSharing(environment: Environment, flags: ConfigFlags): Pick<DarkroomConfig, 'sharedDatabase' | 'role'> {
  const sharedDatabase = readDatabaseConfig(environment)
  const given = flags.role === undefined ? environment : { DARKROOM_ROLE: flags.role }
  const role = readChoice(given, 'DARKROOM_ROLE', 'all', roles)
  if (role !== 'all' && sharedDatabase === null)
    throw new SettingError('DARKROOM_ROLE', 'DATABASE_URL beside it, since processes of different roles share a database', role)
  return { sharedDatabase, role }
}

function admissionOf(row: ConfigFile['settings']['admission']): DarkroomConfig['admission'] {
  return {
    limits: {
      calls: row.calls,
      waiting: row.waiting,
      waitMs: row.wait_s * SECOND,
      bodyBytes: row.body_mb * MEGABYTE,
      bodyBytesPerProject: Math.min(row.body_mb, row.body_mb_per_project) * MEGABYTE,
    },
    weights: new Map(Object.entries(row.weights)),
  }
}

function configuredEconomy(row: ConfigFile['settings']['jobs']['economy']): EconomySettings {
  const { requests, collect_s, poll_s, missing_s } = row
  return { requests, collectMs: collect_s * SECOND, pollMs: poll_s * SECOND, missingMs: missing_s * SECOND }
}

function configuredRetention(row: ConfigFile['settings']['retention']): RetentionDays {
  const { results_days, previews_days, inputs_days, prompts_days } = row
  return { results: results_days, previews: previews_days, inputs: inputs_days, prompts: prompts_days }
}

function configuredDeadlines(file: ConfigFile): DeadlineTable {
  const { deadlines, problems } = checkTimeouts(file.settings.timeouts)
  if (problems.length > 0) throw file.refuse(problems)
  return deadlines
}

const reserves = { min: 0, max: 1024 * 1024 }
const reserveBytes = (mib: number | null) => (mib === null ? null : mib * 1024 * 1024)

type RoutingRow = Pick<ConfigFile['settings']['policy'], 'order' | 'allow_owners' | 'downgrade' | 'redispatch_500'>

function routingPolicies(policy: RoutingRow & { projects: Readonly<Record<string, RoutingRow>> }): RoutingPolicies {
  const policyFrom = (row: RoutingRow): RoutingPolicy => ({
    order: row.order ?? 'official',
    allowOwners: row.allow_owners ?? null,
    downgrade: row.downgrade ?? [],
    redispatch500: row.redispatch_500 ?? false,
  })
  const stated = (row: RoutingRow) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
  const projects = Object.entries(policy.projects).map(([name, row]) => [name, policyFrom({ ...policy, ...stated(row) })] as const)
  return { default: policyFrom(policy), projects: new Map(projects) }
}

/** A key in the environment alone never makes a paid route: only the file or `--live` does. */
function configuredRoutes(file: ConfigFile, environment: Environment, live: boolean): RouteContract[] {
  const { routes, problems } = checkRoutes(file.settings, environment)
  if (problems.length > 0) throw file.refuse(problems)
  if (!live || routes.some((route) => route.kind === 'official' && route.grade === 'production')) return routes
  return [liveRoute(file, environment), ...routes]
}

function liveRoute(file: ConfigFile, environment: Environment): RouteContract {
  const route = officialRoute(openAiKey(environment))
  const taken = file.settings.routes.findIndex((row) => row.id === route.id)
  if (taken >= 0)
    throw file.refuse([{ at: ['routes', taken, 'id'], expected: 'expected another id beside --live, which opens a route of this one' }])
  return route
}

function openAiKey(environment: Environment): string {
  const key = readText(environment, 'OPENAI_API_KEY', null)
  if (key === null) throw new SettingError('OPENAI_API_KEY', 'your OpenAI key, which --live pays with', '')
  return key
}
