import { setTimeout as wait } from 'node:timers/promises'
import { openStage } from '../support/gateway-stage.ts'
import { promptWith } from '../support/generation-calls.ts'
import { submitSmall } from '../support/job-calls.ts'
import { seededChance } from '../support/seeded-chance.ts'
import { type Books, readBooks } from './read-books.ts'

/** How many jobs, and how often their gateway is killed. */
export interface JobStormOptions {
  seed: number
  jobs: number
  kills: number
  say(line: string): void
}

/** What came of it. */
export interface JobStormFigures {
  /** Jobs that clients were told are accepted. */
  accepted: number
  /** Those of them that nothing is known of at the end. */
  lost: string[]
  /** Keys that stand for more than one job. */
  doubled: string[]
  books: Books
}

/** Some go wrong in ways that cost nothing, so that jobs go back into the queue while gateways die. */
const scripts = ['', '', '', 'latency=60', 'status=429,retry-after=0,first=1', 'moderation']

/**
 * Submits jobs, each with a key, to gateways that are killed at any time. A client that hears nothing sends its job again, with the same key,
 * to the next gateway. At the end every job is looked for, and the ledger is compared with the invoice.
 */
export async function runJobStorm({ seed, jobs, kills, say }: JobStormOptions): Promise<JobStormFigures> {
  const chance = seededChance(seed)
  await using stage = await openStage()
  const accepted = new Map<number, Set<string>>()
  let next = 0
  for (let kill = 0; kill <= kills; kill++) {
    await using gateway = await stage.start()
    const until = kill === kills ? jobs : Math.min(jobs, next + Math.ceil(jobs / (kills + 1)) + chance.whole(5))
    // Those that a killed gateway did not answer come again first.
    const open = Array.from({ length: until }, (_, job) => job).filter((job) => job >= next || !accepted.has(job))
    next = until
    const sending = Promise.allSettled(
      open.map(async (job) => {
        const prompt = promptWith(scripts[job % scripts.length]!, `fox ${job}`)
        const jobId = await submitSmall(gateway, { prompt }, {}, { 'idempotency-key': `job-${job}` })
        accepted.set(job, (accepted.get(job) ?? new Set()).add(jobId))
      }),
    )
    if (kill === kills) {
      await sending
      const books = await readBooks(gateway, stage.sandbox.url)
      const ids = [...accepted.values()].flatMap((found) => [...found])
      return {
        accepted: ids.length,
        lost: ids.filter((id) => !books.pictures.has(id)),
        doubled: [...accepted].filter(([, found]) => found.size > 1).map(([job]) => `job-${job}`),
        books,
      }
    }
    await wait(chance.whole(400))
    await gateway.end('SIGKILL')
    await sending
    say(`killed ${kill + 1} of ${kills}, ${accepted.size} jobs accepted`)
  }
  throw new Error('a storm has at least its last gateway')
}
