import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Bulk } from '../../src/contract/bulk-replies.ts'
import type { Job } from '../../src/contract/record.ts'
import { inspectImageFile } from '../../src/pixels/index.ts'
import { type FailPointName, failPointNames } from '../../src/primitives/fail-point-names.ts'
import { type GatewayProcess, runProgram, startGatewayProcess } from '../support/gateway-process.ts'
import { fileSha256 } from '../support/picture-bytes.ts'
import { type SeededChance, seededChance } from '../support/seeded-chance.ts'
import { type Acknowledged, type ChaosCallName, chaosCalls, loadNames, NOBODY_THERE } from './chaos-load.ts'
import { type Books, readBooks } from './read-books.ts'

/** What a run of chaos does. */
export interface ChaosOptions {
  seed: number
  /** Fail points, each with a SIGKILL at its first passing. */
  points: readonly FailPointName[]
  /** Kills at any time over a running load. */
  randomKills: number
  /** Told what happens. */
  say(line: string): void
}

/** What came of it. `books` is read when the last gateway has started on what all the others left. */
export interface ChaosFigures {
  seed: number
  cycles: number
  /** Points that no call and no start reached. */
  notReached: FailPointName[]
  acknowledged: number
  /** Answers that clients had read whole, and that are not on record with the same bytes. */
  acknowledgedLost: string[]
  /** Hashes of pictures that stood whole in the spool when a gateway died, and that no record names. */
  receivedLost: string[]
  books: Books
}

type BeforeStart = 'nothing' | 'adoptable' | 'open' | 'background' | 'leftPut'

/** Points that are passed at a start, and what must have happened before. */
const atStart: Partial<Record<FailPointName, BeforeStart>> = {
  start_after_lock: 'nothing',
  start_after_database: 'nothing',
  start_before_listen: 'nothing',
  housekeeping_before_round: 'nothing',
  housekeeping_after_round: 'nothing',
  spool_before_empty: 'nothing',
  recovery_before_read: 'nothing',
  recovery_after_owner: 'adoptable',
  recovery_after_verify: 'adoptable',
  recovery_after_settle: 'adoptable',
  recovery_after_remove: 'adoptable',
  sweep_before_hold: 'open',
  sweep_after_hold: 'open',
  background_adopted: 'background',
  left_put_before_remove: 'leftPut',
}

/** Points that only some calls pass; all others are passed by the load. */
const special: Partial<Record<FailPointName, ChaosCallName>> = {
  inputs_before_put: 'edit',
  inputs_after_put: 'edit',
  put_before_rename: 'fresh',
  put_after_rename: 'fresh',
  retouch_before_make: 'strict',
  retouch_after_make: 'strict',
  drift_before_record: 'edit',
  guard_before_record: 'edit',
  refusal_before_settle: 'refused',
  refusal_after_settle: 'refused',
  next_attempt_before_open: 'again',
  next_attempt_after_open: 'again',
  job_before_queue: 'job',
  job_after_queue: 'job',
  job_before_start: 'job',
  job_after_start: 'job',
  job_before_put_back: 'jobAgain',
  job_after_put_back: 'jobAgain',
  job_before_end_in_queue: 'cancelled',
  job_after_end_in_queue: 'cancelled',
  bulk_before_record: 'bulk',
  bulk_after_record: 'bulk',
  set_before_item: 'bulk',
  set_after_item: 'bulk',
  turn_before_note: 'responseStream',
  turn_after_note: 'responseStream',
  turn_before_settle: 'response',
  turn_after_settle: 'response',
  turn_left_open: 'background',
  background_before_ask: 'background',
  background_after_answer: 'background',
  credentials_before_record: 'signed',
  resolution_before_decide: 'resolution',
  resolution_after_decide: 'resolution',
  webhook_before_hand_out: 'webhook',
  webhook_after_hand_out: 'webhook',
  webhook_after_claim: 'webhook',
  webhook_before_send: 'webhook',
  webhook_after_send: 'webhook',
  webhook_before_record: 'webhook',
  webhook_after_record: 'webhook',
  webhook_before_change: 'webhook',
  webhook_after_change: 'webhook',
  budget_before_change: 'budget',
  budget_after_change: 'budget',
  key_before_make: 'key',
  key_after_make: 'key',
  gate_before_record: 'gate',
  gate_after_record: 'gate',
  file_before_record: 'file',
  file_after_record: 'file',
  delete_before_record: 'deletion',
  delete_after_record: 'deletion',
  object_before_remove: 'deletion',
  object_after_remove: 'deletion',
  object_after_forget: 'deletion',
  hold_before_change: 'hold',
  hold_after_change: 'hold',
  review_before_decide: 'publication',
  review_after_decide: 'publication',
  publish_before_record: 'publication',
  publish_after_record: 'publication',
}

const yaml = (url: string) => `version: 1
outbound: { allow: ['${NOBODY_THERE}'] }
policy: { redispatch_500: true }
routes:
  - { id: upstream, owner: darkroom-sandbox, kind: provider, base_url: '${url}/v1', key: { env: UPSTREAM_KEY } }
  - { id: signed, owner: darkroom-sandbox, kind: provider, base_url: '${url}/faces/honest/v1', key: { env: UPSTREAM_KEY } }
`

/** Kills gateways, lets each next one start on what is left, and compares what clients had, what is on disk and what upstream charged. */
export async function runChaos(options: ChaosOptions): Promise<ChaosFigures> {
  await using opening = new AsyncDisposableStack()
  const dataFolder = opening.adopt(await mkdtemp(join(tmpdir(), 'darkroom-chaos-')), (folder) =>
    rm(folder, { recursive: true, force: true }),
  )
  const sandbox = opening.use(await startSandboxProcess())
  const run = new ChaosRun(dataFolder, sandbox.url, options)
  await run.begin()
  for (const point of options.points) await run.killAt(point)
  for (let kill = 0; kill < options.randomKills; kill++) await run.killAnyTime(kill)
  // Awaited here: the sandbox must outlive the reading.
  return await run.figures()
}

class ChaosRun {
  readonly #chance: SeededChance
  readonly #options: ChaosOptions
  readonly #dataFolder: string
  readonly #sandboxUrl: string
  readonly #acknowledged: Acknowledged[] = []
  readonly #received = new Set<string>()
  readonly #notReached: FailPointName[] = []
  #cycles = 0

  constructor(dataFolder: string, sandboxUrl: string, options: ChaosOptions) {
    this.#dataFolder = dataFolder
    this.#sandboxUrl = sandboxUrl
    this.#options = options
    this.#chance = seededChance(options.seed)
  }

  /** The first start, which makes the data folder. */
  async begin(): Promise<void> {
    await using _first = await this.#start()
  }

  async killAt(point: FailPointName): Promise<void> {
    const before = atStart[point]
    let died = false
    // Whether a call comes to a place before its process is killed at another is the machine's doing, too.
    for (let tries = 0; !died && tries < 3; tries++)
      died = before === undefined ? await this.#killInCall(point) : await this.#killInStart(point, before)
    if (!died) this.#notReached.push(point)
    this.#options.say(`${died ? 'killed at' : 'NOT REACHED'} ${point}`)
    await this.#look()
  }

  async killAnyTime(number: number): Promise<void> {
    await using gateway = await this.#start()
    // How far a load has come after some time is the machine's doing; how many of its calls have ended is not.
    const [answers, moreMs] = [this.#chance.whole(8), this.#chance.whole(80)]
    let ended = 0
    const enough = Promise.withResolvers<void>()
    if (answers === 0) enough.resolve()
    const calls = this.#load(gateway, 8, () => {
      ended += 1
      if (ended === answers) enough.resolve()
    })
    await enough.promise
    await wait(moreMs)
    await gateway.end('SIGKILL')
    await calls
    this.#options.say(`killed ${moreMs} ms behind answer ${answers} (${number + 1} of ${this.#options.randomKills})`)
    await this.#look()
  }

  /** The last gateway starts on what all the others left, and everything is compared. */
  async figures(): Promise<ChaosFigures> {
    await using gateway = await this.#start()
    const books = await readBooks(gateway, this.#sandboxUrl)
    const acknowledgedLost = this.#acknowledged.filter(({ generationId, pictures }) => {
      if (books.bulks.recorded.has(generationId)) return false
      const had = books.pictures.get(generationId)
      return had === undefined || pictures.some((picture) => !had.has(picture))
    })
    const all = new Set([...books.pictures.values()].flatMap((hashes) => [...hashes]))
    return {
      seed: this.#options.seed,
      cycles: this.#cycles,
      notReached: this.#notReached,
      acknowledged: this.#acknowledged.length,
      acknowledgedLost: acknowledgedLost.map(({ generationId }) => generationId),
      receivedLost: [...this.#received].filter((picture) => !all.has(picture)),
      books,
    }
  }

  async #killInCall(point: FailPointName): Promise<boolean> {
    // Every start commits; a later commit is one of a call's.
    const hit = point.startsWith('database_') ? 20 : 1
    await using gateway = await this.#startArmed(`${point}:${hit}:kill`)
    if (gateway === null) return true
    const named = special[point]
    await (named ? this.#call(gateway, named) : this.#load(gateway, 6))
    // What is behind the answer may still come to the place.
    const end = await Promise.race([gateway.ended, wait(named ? 15_000 : 1500, null)])
    return end?.signal === 'SIGKILL'
  }

  async #killInStart(point: FailPointName, before: BeforeStart): Promise<boolean> {
    if (before !== 'nothing') {
      // What the cycle before left is settled first: this one has a call of its own.
      await this.#settle()
      const diesAt = { adoptable: 'before_settle:1:kill', leftPut: 'file_before_record:1:kill', open: undefined, background: undefined }
      await using gateway = await this.#start(diesAt[before])
      const name = { adoptable: 'json', open: 'silent', background: 'background', leftPut: 'file' } as const
      const call = this.#call(gateway, name[before])
      await Promise.race([call, gateway.ended, ...(before === 'open' ? [this.#oneMorePost()] : [])])
      await gateway.end('SIGKILL')
      await call
    }
    await using gateway = await this.#startArmed(`${point}:1:kill`)
    // Something behind the start may still come to the place.
    return gateway === null || (await Promise.race([gateway.ended, wait(1000, null)]))?.signal === 'SIGKILL'
  }

  /** Starts a gateway that ends what is open, jobs and bulks too, and kills it then. */
  async #settle(): Promise<void> {
    await using gateway = await this.#start()
    const get = async <Reply>(path: string) => (await (await gateway.fetch(path)).json()) as Reply
    const isBusy = async () => {
      const { bulks } = await get<{ bulks: Bulk[] }>('/v2/jobs/bulk?limit=100')
      const jobs = await Promise.all(['queued', 'running'].map((state) => get<{ jobs: Job[] }>(`/v2/jobs?state=${state}`)))
      return bulks.some(({ ended_at }) => ended_at === null) || jobs.some((page) => page.jobs.length > 0)
    }
    while (await isBusy()) await wait(20)
    await gateway.end('SIGKILL')
  }

  /** Resolves when upstream was called once more. */
  async #oneMorePost(): Promise<void> {
    const posts = async () => ((await (await fetch(`${this.#sandboxUrl}/_sandbox/calls`)).json()) as { posts: number }).posts
    const before = await posts()
    while ((await posts()) === before) await wait(10)
  }

  /** Null for a gateway that came to the place before it listened. */
  #startArmed(failPoint: string): Promise<GatewayProcess | null> {
    return this.#start(failPoint).catch((error: Error) => {
      if (error.message.includes('a fail point is armed')) return null
      throw error
    })
  }

  async #start(failPoint?: string): Promise<GatewayProcess> {
    this.#cycles += 1
    const [dataFolder, upstreamUrl] = [this.#dataFolder, this.#sandboxUrl]
    return startGatewayProcess({ dataFolder, upstreamUrl, configuration: yaml(upstreamUrl), ...(failPoint && { failPoint }) })
  }

  async #load(gateway: GatewayProcess, calls: number, onEnd: () => void = () => undefined): Promise<void> {
    await Promise.all(Array.from({ length: calls }, () => this.#call(gateway, this.#chance.pick(loadNames)).then(onEnd)))
  }

  async #call(gateway: GatewayProcess, name: ChaosCallName): Promise<void> {
    const acknowledged = await chaosCalls[name](gateway, this.#chance).catch(() => null)
    if (acknowledged !== null) this.#acknowledged.push(acknowledged)
  }

  /** What stands whole in the spool of a dead gateway was received, if it may have been flushed: that waits for the sidecar's first line. */
  async #look(): Promise<void> {
    const spool = join(this.#dataFolder, 'spool')
    for (const name of await readdir(spool)) {
      const path = join(spool, name)
      const attemptId = /^(att_\w+)-\d+\.part$/.exec(name)?.[1]
      if (attemptId === undefined || !(await isBegun(join(spool, `${attemptId}.sidecar`)))) continue
      if ((await inspectImageFile(path))?.complete && !(await isPadded(path))) this.#received.add(await fileSha256(path))
    }
  }
}

/** Pictures are written in whole blocks; what stands behind their end is cut off with the flush. */
async function isPadded(path: string): Promise<boolean> {
  const bytes = await readFile(path)
  return bytes.length % 4096 === 0 && bytes.at(-1) === 0
}

/** True once a sidecar has a whole line. */
async function isBegun(sidecar: string): Promise<boolean> {
  return (await readFile(sidecar, 'latin1').catch(() => '')).includes('\n')
}

/** The sandbox in a process of its own: its invoice is the truth. */
async function startSandboxProcess(): Promise<AsyncDisposable & { url: string }> {
  const { child, ended, errors } = runProgram(['sandbox', '--port', '0', '--latency', '10'], {})
  const { promise, resolve } = Promise.withResolvers<string>()
  let heard = ''
  child.stdout.on('data', (piece: Buffer) => {
    heard += piece
    const match = /Sandbox on (http:\S+)\/v1/.exec(heard)
    if (match) resolve(match[1]!)
  })
  const url = await Promise.race([promise, ended.then(() => null)])
  if (url === null) throw new Error(`the sandbox ended too early: ${errors()}`)
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/**
 * Every fail point, or a seeded sample of them; those of batches have a storm of their own (`run-batch-storm.ts`), and nothing here gets
 * old enough to be swept (`test/e2e/retention-death.test.ts`).
 */
export function pickPoints(seed: number, count: number = failPointNames.length): FailPointName[] {
  const chance = seededChance(seed)
  const left = failPointNames.filter((name) => !name.startsWith('batch_') && !name.startsWith('retention_'))
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(chance.whole(left.length), 1)[0]!)
}
