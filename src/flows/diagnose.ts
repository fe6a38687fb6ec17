import { findOpenBatches } from '../batches/index.ts'
import { Failure } from '../contract/failure.ts'
import { activeFailPoint, FAIL_POINT_VARIABLE } from '../primitives/fail-point.ts'
import { formatUsd } from '../primitives/money.ts'
import type { RouteContract } from '../routes/index.ts'
import { objectsOutside, S3Problem } from '../store/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import { costWords } from './unknowns/cost-watch.ts'
import { unknownState } from './unknowns/unknown-alert.ts'

/** One thing an operator should know, or mend. */
export interface DoctorFinding {
  name: string
  level: 'ok' | 'note' | 'warning' | 'error'
  found: string
  /** What to do; null when there is nothing to do. */
  advice: string | null
}

/**
 * Examines the installation.
 * @param options.live also asks each upstream that takes a key whether it is good, without making a picture.
 */
export async function diagnose(parts: GatewayParts, options: { live: boolean }): Promise<DoctorFinding[]> {
  const findings = [
    runtime(),
    ...failPoint(),
    await storage(parts),
    await database(parts),
    ...(await strandedObjects(parts)),
    ...parts.routes.list().flatMap((each) => route(parts, each)),
    prices(parts),
    await unknowns(parts),
    ...(await openBatches(parts)),
  ]
  if (options.live) {
    for (const each of parts.routes.list()) findings.push(await account(parts, each))
    findings.push(...(await bills(parts)))
  }
  return findings
}

function runtime(): DoctorFinding {
  return { name: 'runtime', level: 'ok', found: `Node ${process.version} on ${process.platform}-${process.arch}`, advice: null }
}

function failPoint(): DoctorFinding[] {
  if (activeFailPoint === null) return []
  const { name, hit, action } = activeFailPoint
  const found = `armed: ${action.kind} at passing ${hit} of ${name}; this process fails on purpose`
  return [{ name: 'fail point', level: 'error', found, advice: `Unset ${FAIL_POINT_VARIABLE} and start again, unless this is a proof.` }]
}

async function storage(parts: GatewayParts): Promise<DoctorFinding> {
  try {
    const { freeBytes } = await parts.store.checkWritable()
    await parts.storageHealth.assertWritable()
    const free = freeBytes === null ? '' : `, ${Math.floor(freeBytes / 2 ** 20)} MiB free`
    return { name: 'storage', level: 'ok', found: `the ${parts.store.name} store can be written${free}`, advice: null }
  } catch (error) {
    const problem = error instanceof Failure ? error.cause : null
    if (problem instanceof S3Problem)
      return { name: 'storage', level: 'error', found: `the bucket cannot be written: ${problem.message}`, advice: 'See docs/storage.md.' }
    return { name: 'storage', level: 'error', found: messageOf(error), advice: 'Free space in the data folder, or make it writable.' }
  }
}

/** Objects whose store is not configured any more can be neither read nor removed. */
async function strandedObjects(parts: GatewayParts): Promise<DoctorFinding[]> {
  const stranded = await objectsOutside(parts.database, parts.store.names)
  return stranded.map(({ store, objects }) => ({
    name: 'stored objects',
    level: 'error',
    found: `${objects} objects are in the store ${store}, which is not configured`,
    advice: 'Configure it again (docs/storage.md): they can be neither read nor removed until then.',
  }))
}

async function database(parts: GatewayParts): Promise<DoctorFinding> {
  try {
    const { sql } = parts.database
    const [row] = await parts.database.read(sql.selectFrom('generations').select((count) => count.fn.countAll<number>().as('generations')))
    return {
      name: 'database',
      level: 'ok',
      found: `${parts.database.dialect} answers, ${row?.generations ?? 0} generations on record`,
      advice: null,
    }
  } catch (error) {
    return { name: 'database', level: 'error', found: messageOf(error), advice: 'See the log; restore a backup if the file is damaged.' }
  }
}

function route(parts: GatewayParts, contract: RouteContract): DoctorFinding[] {
  const name = `route ${contract.id}`
  if (contract.kind === 'sandbox')
    return [
      {
        name,
        level: 'note',
        found: 'the built-in sandbox serves: play money, pictures that say SANDBOX',
        advice: 'Configure a route, or start with --live, for real pictures.',
      },
    ]
  const missing = Object.entries({
    failed_calls: contract.failedCalls,
    rights: contract.rights,
    terms: contract.terms,
    account_owner: contract.accountOwner,
    support: contract.support,
    retention: contract.retention,
  }).flatMap(([fact, value]) => (value === null ? [fact] : []))
  const found = `${contract.kind} of ${contract.owner} at ${contract.baseUrl}, ${parts.standings.of(contract, parts.clock.nowMs()).grade}${stateWords(parts, contract)}; calls cost money`
  if (missing.length === 0) return [{ name, level: 'ok', found, advice: null }]
  return [
    {
      name,
      level: 'warning',
      found: `${found}; not stated: ${missing.join(', ')}`,
      advice: 'State these facts of the contract in darkroom.yaml; they are frozen into every record.',
    },
  ]
}

function stateWords(parts: GatewayParts, contract: RouteContract): string {
  const { state, reason } = parts.health.stateOf(contract)
  return state === 'closed' ? '' : `, ${state.replace('_', ' ')} (${reason})`
}

function prices(parts: GatewayParts): DoctorFinding {
  const atMs = parts.clock.nowMs()
  const models = parts.catalogue.list(atMs).map((row) => row.id)
  const priced = new Set(parts.priceCards.flatMap((card) => card.models))
  const unpriced = models.filter((id) => !priced.has(id))
  if (unpriced.length === 0) return { name: 'prices', level: 'ok', found: `${models.length} models, all priced`, advice: null }
  return {
    name: 'prices',
    level: 'note',
    found: `refused as unpriced: ${unpriced.join(', ')}`,
    advice: 'Add a row to price_cards in darkroom.yaml to serve them.',
  }
}

async function unknowns(parts: GatewayParts): Promise<DoctorFinding> {
  const name = 'unknown outcomes'
  const { totals, alarms } = await unknownState(parts)
  const count = totals.reduce((sum, total) => sum + total.count, 0)
  if (count === 0) return { name, level: 'ok', found: 'none', advice: null }
  const held = totals.map(({ route_owner, book, held_nanos }) => `$${formatUsd(held_nanos)} of ${route_owner} (${book})`).join(', ')
  const found = `${count} of calls without an answer, ${held} held`
  if (alarms.length === 0)
    return { name, level: 'note', found, advice: 'They are asked about by themselves; darkroom unknowns shows them.' }
  return {
    name,
    level: 'warning',
    found: `${found}: ${alarms.join('; ')}`,
    advice: 'See darkroom unknowns, and ask the support of the route.',
  }
}

/** Upstream takes a day for a batch; what is open longer does not come back by itself. */
const LONGEST_BATCH_MS = 26 * 3_600_000

async function openBatches(parts: GatewayParts): Promise<DoctorFinding[]> {
  const open = await findOpenBatches(parts.database)
  if (open.length === 0) return []
  const ageMs = (batch: { created_at_ms: number }) => parts.clock.nowMs() - batch.created_at_ms
  const late = open.filter((batch) => ageMs(batch) > LONGEST_BATCH_MS)
  const hours = Math.floor(Math.max(...open.map(ageMs)) / 3_600_000)
  const found = `${open.length} open, the oldest for ${hours} h`
  if (late.length === 0) return [{ name: 'batches', level: 'ok', found, advice: null }]
  const names = late.map(({ id, state, tries }) => `${id} (${state}${tries === 0 ? '' : `, ${tries} tries`})`).join(', ')
  const advice = 'GET /v2/batches/{id} says what it waits for; the log says why its step fails.'
  return [{ name: 'batches', level: 'warning', found: `${found}; open for more than 26 h: ${names}`, advice }]
}

async function account(parts: GatewayParts, contract: RouteContract): Promise<DoctorFinding> {
  const name = `account of ${contract.id}`
  const provider = parts.providers.get(contract.protocol)
  if (!provider?.examine) return { name, level: 'note', found: 'this protocol cannot be asked', advice: null }
  return { name, ...(await provider.examine({ baseUrl: contract.baseUrl, key: contract.key, nowMs: parts.clock.nowMs() })) }
}

async function bills(parts: GatewayParts): Promise<DoctorFinding[]> {
  return (await parts.costWatch.compare(parts)).map((comparison) => ({
    name: `bill of ${comparison.routeIds.join(', ')}`,
    level: comparison.isAlarm ? 'warning' : 'ok',
    found: costWords(comparison),
    advice: comparison.isAlarm
      ? 'See whether something else uses the account (usage_api.exclusive), whether price_cards are up to date, and darkroom unknowns.'
      : null,
  }))
}

function messageOf(error: unknown): string {
  return error instanceof Failure ? error.message : 'it does not answer'
}
