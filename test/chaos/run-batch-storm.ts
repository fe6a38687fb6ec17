import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { GenerationRecord, Job } from '../../src/contract/record.ts'
import { type FailPointName, failPointNames } from '../../src/primitives/fail-point-names.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts'
import { type GatewayProcess, startGatewayProcess } from '../support/gateway-process.ts'
import { promptWith } from '../support/generation-calls.ts'
import { submitSmall } from '../support/job-calls.ts'
import { type SeededChance, seededChance } from '../support/seeded-chance.ts'
import { type Books, readBooks } from './read-books.ts'

/** How many jobs of the economy lane, and where their gateways die. */
export interface BatchStormOptions {
  seed: number
  items: number
  /** A gateway dies at each of these, one after the other. */
  points: readonly FailPointName[]
  /** Further kills, at any time. */
  randomKills: number
  /** Most lines of one batch. */
  requests: number
  say(line: string): void
}

/** What came of it. */
export interface BatchStormFigures {
  /** Jobs that clients were told are accepted. */
  accepted: number
  /** Those of them that nothing is known of at the end. */
  lost: string[]
  /** Keys that stand for more than one job. */
  doubled: string[]
  notReached: FailPointName[]
  starts: number
  /** How many jobs ended how, and in which lane. */
  ends: Record<string, number>
  /** Batches that upstream had. */
  batches: number
  /** Lines that were made, what is booked for them, and what they would have cost at once by their tokens. */
  lines: { made: number; booked: bigint; standardPrice: bigint }
  books: Books
}

/** Every phase of a batch, each where it is about to be on disk and where it is. */
export const batchPoints: readonly FailPointName[] = [
  ...failPointNames.filter((name) => name.startsWith('batch_') && name !== 'batch_before_look'),
  // What was not answered is looked for by whoever comes after one that died while it made the batch.
  'batch_before_create',
  'batch_before_look',
  'before_settle',
  'after_settle',
  'put_before_rename',
  'put_after_rename',
  'spool_before_flush',
  'database_before_commit',
  'database_after_commit',
]

const configuration = (url: string, requests: number) => `version: 1
jobs: { economy: { requests: ${requests}, collect_s: 1, poll_s: 1, missing_s: 2 } }
routes:
  - { id: upstream, owner: darkroom-sandbox, kind: provider, base_url: '${url}/v1', key: { env: UPSTREAM_KEY }, capabilities: [{ from: '2026-01-01', batch: true, source: test }] }
`

/** Most lines are healthy; some are refused, and some stand twice in their file. */
const scripts = [...Array(22).fill(''), 'moderation', 'line=twice'] as string[]

/** These come only where a batch did not make all of its lines. */
const ofExpired: readonly FailPointName[] = ['batch_before_requeue', 'batch_after_requeue']
const HOW_LONG_MS = 20_000

/**
 * Submits jobs to gateways that die, each at another phase of a batch, while the sandbox lives on. At the end every job is looked for, and the
 * ledger is compared with the invoice.
 */
export async function runBatchStorm(options: BatchStormOptions): Promise<BatchStormFigures> {
  await using opening = new AsyncDisposableStack()
  const sandbox = opening.adopt(await startSandbox({ latencyMs: 0, flat: true }), (emulator) => emulator.close())
  const dataFolder = opening.adopt(await mkdtemp(join(tmpdir(), 'darkroom-batches-')), (folder) =>
    rm(folder, { recursive: true, force: true }),
  )
  const storm = new BatchStorm(sandbox, dataFolder, options)
  for (const point of options.points) await storm.dieAt(point)
  for (let kill = 0; kill < options.randomKills; kill++) await storm.dieAnyTime(kill)
  return await storm.figures()
}

class BatchStorm {
  readonly #sandbox: Sandbox
  readonly #dataFolder: string
  readonly #options: BatchStormOptions
  readonly #chance: SeededChance
  readonly #accepted = new Map<number, Set<string>>()
  readonly #notReached: FailPointName[] = []
  #next = 0
  #starts = 0

  constructor(sandbox: Sandbox, dataFolder: string, options: BatchStormOptions) {
    this.#sandbox = sandbox
    this.#dataFolder = dataFolder
    this.#options = options
    this.#chance = seededChance(options.seed)
  }

  async dieAt(point: FailPointName): Promise<void> {
    if (ofExpired.includes(point)) this.#sandbox.faults.arm({ match: { call: 'batches.create' }, fault: 'expire-after=1' })
    // Lines, pictures and commits are many: any of them may be the last.
    const isOfMany = /line$|settle$|rename$|flush$|claim$/.test(point)
    const many = Math.min(20, this.#portionSize)
    const hit = point.startsWith('database_') ? 20 + this.#chance.whole(60) : isOfMany ? 1 + this.#chance.whole(many) : 1
    const died = await this.#dieWithin(`${point}:${hit}:kill`)
    if (!died) this.#notReached.push(point)
    this.#options.say(`${died ? 'killed at' : 'NOT REACHED'} ${point}:${hit}, ${this.#accepted.size} jobs accepted`)
  }

  async dieAnyTime(number: number): Promise<void> {
    await using gateway = await this.#start()
    const submitting = this.#submit(gateway, this.#portion())
    await wait(this.#chance.whole(3000))
    await gateway.end('SIGKILL')
    await submitting
    this.#options.say(`killed at any time (${number + 1} of ${this.#options.randomKills}), ${this.#accepted.size} jobs accepted`)
  }

  async figures(): Promise<BatchStormFigures> {
    this.#sandbox.faults.clear()
    await using gateway = await this.#start()
    this.#next = this.#options.items
    await this.#submit(gateway, this.#options.items)
    const jobs = await this.#untilEnded(gateway)
    const books = await readBooks(gateway, this.#sandbox.url)
    const ids = [...this.#accepted.values()].flatMap((found) => [...found])
    const ends: Record<string, number> = {}
    for (const { state, lane } of jobs.values()) ends[`${state} ${lane}`] = (ends[`${state} ${lane}`] ?? 0) + 1
    return {
      accepted: ids.length,
      lost: ids.filter((id) => !jobs.has(id)),
      doubled: [...this.#accepted].filter(([, found]) => found.size > 1).map(([item]) => `item-${item}`),
      notReached: this.#notReached,
      starts: this.#starts,
      ends,
      batches: this.#sandbox.batches.list().length,
      lines: await this.#lines(gateway, jobs),
      books,
    }
  }

  /** Starts a gateway that is to die, and gives it work until it does. */
  async #dieWithin(failPoint: string): Promise<boolean> {
    const gateway = await this.#start(failPoint).catch((error: Error) => {
      // It came to the place before it listened.
      if (error.message.includes('a fail point is armed')) return null
      throw error
    })
    if (gateway === null) return true
    await using _ = gateway
    const submitting = this.#submit(gateway, this.#portion())
    const end = await Promise.race([gateway.ended, wait(HOW_LONG_MS, null)])
    await gateway.end('SIGKILL')
    await submitting
    return end?.signal === 'SIGKILL'
  }

  #start(failPoint?: string): Promise<GatewayProcess> {
    this.#starts += 1
    const { url } = this.#sandbox
    const { requests } = this.#options
    return startGatewayProcess({
      dataFolder: this.#dataFolder,
      upstreamUrl: url,
      configuration: configuration(url, requests),
      ...(failPoint && { failPoint }),
    })
  }

  /** Up to which job is to be submitted now. */
  #portion(): number {
    this.#next = Math.min(this.#options.items, this.#next + this.#portionSize)
    return this.#next
  }

  get #portionSize(): number {
    const { items, points, randomKills } = this.#options
    return Math.ceil(items / (points.length + randomKills + 1))
  }

  /** Submits what was not accepted so far, each job with its own key; whoever hears nothing sends it again to the next gateway. */
  async #submit(gateway: GatewayProcess, until: number): Promise<void> {
    const open = Array.from({ length: until }, (_, item) => item)
      .filter((item) => !this.#accepted.has(item))
      .values()
    const deadline = new Date(Date.now() + 3 * 24 * 3_600_000).toISOString()
    const sender = async () => {
      for (const item of open) {
        const prompt = promptWith(scripts[item % scripts.length]!, `fox ${item}`)
        const wishes = { lane: 'economy', deadline }
        const jobId = await submitSmall(gateway, { prompt }, wishes, { 'idempotency-key': `item-${item}` }).catch(() => null)
        if (jobId !== null) this.#accepted.set(item, (this.#accepted.get(item) ?? new Set()).add(jobId))
      }
    }
    await Promise.all(Array.from({ length: 8 }, sender))
  }

  async #untilEnded(gateway: GatewayProcess): Promise<Map<string, Job>> {
    const count = async (state: string) =>
      ((await (await gateway.fetch(`/v2/jobs?state=${state}&limit=1`)).json()) as { jobs: Job[] }).jobs.length
    while ((await count('queued')) + (await count('running')) > 0) await wait(200)
    const jobs = new Map<string, Job>()
    let cursor: string | null = null
    do {
      const path: string = `/v2/jobs?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`
      const page = (await (await gateway.fetch(path)).json()) as { jobs: Job[]; next_cursor: string | null }
      for (const job of page.jobs) jobs.set(job.id, job)
      cursor = page.next_cursor
    } while (cursor !== null)
    return jobs
  }

  /** What each line cost, and what its tokens would have cost at once: $5 and $30 a million. */
  async #lines(gateway: GatewayProcess, jobs: ReadonlyMap<string, Job>): Promise<BatchStormFigures['lines']> {
    const sums = { made: 0, booked: 0n, standardPrice: 0n }
    for (const { id, state, lane } of jobs.values()) {
      if (state !== 'completed' || lane !== 'economy') continue
      const { usage, cost } = (await (await gateway.fetch(`/v2/generations/${id}`)).json()) as GenerationRecord
      sums.made += 1
      sums.booked += BigInt(cost.settled_nanos)
      sums.standardPrice += BigInt(usage!.text_in) * 5000n + BigInt(usage!.image_out) * 30_000n
    }
    return sums
  }
}
