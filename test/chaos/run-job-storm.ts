import { setTimeout as wait } from 'node:timers/promises'
import { openStage } from '../support/gateway-stage.ts'
import { promptWith } from '../support/generation-calls.ts'
import { type Callable, submitSmall } from '../support/job-calls.ts'
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

const CLIENTS = 8
const forgotten = new WeakSet<Set<string>>()

/**
 * Submits jobs, each with a key, to gateways that are killed at any time. A client that hears nothing sends its job again, with the same key,
 * to the next gateway. At the end every job is looked for, and the ledger is compared with the invoice.
 */
export async function runJobStorm({ seed, jobs, kills, say }: JobStormOptions): Promise<JobStormFigures> {
  const chance = seededChance(seed)
  await using stage = await openStage()
  const accepted = new Map<number, Set<string>>()
  const open = Array.from({ length: jobs }, (_, job) => job)
  for (let kill = 0; kill < kills; kill++) {
    await using gateway = await stage.start()
    // How far a load has come after some time is the machine's doing; how many of its jobs were accepted is not.
    const [answers, moreMs] = [1 + chance.whole(Math.ceil((2 * jobs) / kills)), chance.whole(120)]
    let heard = 0
    const enough = Promise.withResolvers<void>()
    const sending = send(gateway, open, accepted, () => {
      heard += 1
      if (heard === answers) enough.resolve()
    })
    await Promise.race([enough.promise, sending])
    await wait(moreMs)
    await gateway.end('SIGKILL')
    await sending
    say(`killed ${moreMs} ms behind answer ${heard} (${kill + 1} of ${kills}), ${accepted.size} jobs accepted`)
  }
  await using gateway = await stage.start()
  await send(gateway, open, accepted)
  const books = await readBooks(gateway, stage.sandbox.url)
  const ids = [...accepted.values()].flatMap((found) => [...found])
  return {
    accepted: ids.length,
    lost: ids.filter((id) => !books.pictures.has(id)),
    doubled: [...accepted].filter(([, found]) => found.size > 1).map(([job]) => `job-${job}`),
    books,
  }
}

/** Submits what is open, a few at once, until nobody answers any more. A job is open until its acceptance was heard; some are sent again all the same. */
async function send(
  gateway: Callable,
  open: number[],
  accepted: Map<number, Set<string>>,
  onAnswer: () => void = () => undefined,
): Promise<void> {
  let isGone = false
  const worker = async () => {
    for (;;) {
      const job = isGone ? undefined : open.shift()
      if (job === undefined) return
      try {
        const prompt = promptWith(scripts[job % scripts.length]!, `fox ${job}`)
        const jobId = await submitSmall(gateway, { prompt }, {}, { 'idempotency-key': `job-${job}` })
        const known = accepted.get(job) ?? new Set()
        accepted.set(job, known.add(jobId))
        // Every seventh client forgets that it was answered, once.
        if (job % 7 === 0 && known.size === 1 && !forgotten.has(known)) {
          forgotten.add(known)
          open.push(job)
        }
        onAnswer()
      } catch {
        isGone = true
        open.unshift(job)
      }
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, worker))
}
