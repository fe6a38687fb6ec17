import { setTimeout as wait } from 'node:timers/promises'
import { request } from 'undici'
import type { Job, WebhookReply } from '../../src/contract/record.ts'
import { startPostgres } from '../../src/db/test-postgres.ts'
import { type ClusterStage, openCluster } from '../support/cluster-stage.ts'
import type { GatewayProcess } from '../support/gateway-process.ts'
import { promptWith, smallCall } from '../support/generation-calls.ts'
import { type SeededChance, seededChance } from '../support/seeded-chance.ts'
import { eventIds, startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts'
import { type Books, readBooks } from './read-books.ts'

/** What happens to the processes, the database and the bucket while callers call. */
export interface ClusterStormOptions {
  seed: number
  /** Callers at once; each makes calls and submits jobs, one after the other. */
  callers: number
  /** Processes that are asked to end and started again, one after the other. */
  rollingRestarts: number
  /** Processes that are killed and started again, one after the other. */
  kills: number
  /** The database server ends and comes back, so often; half of the times it crashes. */
  databaseRestarts: number
  /** Between two of them, at least and at most. */
  databasePauseMs: readonly [least: number, most: number]
  /** How long the bucket is away once. */
  bucketDownMs: number
  /** How long it all goes on at least. */
  atLeastMs: number
  say(line: string): void
}

/** What came of it. */
export interface ClusterStormFigures {
  calls: number
  jobs: number
  /** Answers that broke off after their status, by how. */
  cut: string[]
  /** Connections that were reset before anything was answered: the request was made again under its name. */
  resets: number
  /** Answers that were no success and no refusal that costs nothing. */
  unknownToCallers: number
  /** Jobs that were acknowledged and are not on record, or have not ended. */
  lostJobs: string[]
  /** One name of a call, two generations. */
  doubled: string[]
  /** Events of jobs that ended and that the receiver was never told of. */
  untold: number
  /** Messages that came under an id that had come before. */
  repeatedMessages: number
  restarts: number
  books: Books
}

/** Runs a storm over three processes that answer and two that work. */
export async function runClusterStorm(options: ClusterStormOptions): Promise<ClusterStormFigures> {
  await using opening = new AsyncDisposableStack()
  const postgres = opening.use(await startPostgres())
  const receiver = opening.use(await startWebhookReceiver())
  const cluster = opening.use(await openCluster({ databaseUrl: postgres.url, yaml: `outbound: { allow: ['${receiver.url}'] }\n` }))
  const storm = new ClusterStorm(cluster, receiver, options)
  await storm.begin()
  const calling = storm.call()
  const chance = seededChance(options.seed + 1)
  const [least, most] = options.databasePauseMs
  const restartDatabase = async () => {
    for (let at = 0; at < options.databaseRestarts; at++) {
      await wait(least + chance.whole(most - least + 1))
      await (at % 2 === 0 ? postgres.restart(200) : postgres.crash(200))
      options.say(`database restart ${at + 1}`)
    }
  }
  const bucketAway = async () => {
    if (options.bucketDownMs === 0) return
    await wait(1000)
    await cluster.s3.goDown()
    await wait(options.bucketDownMs)
    await cluster.s3.comeBack()
    options.say('the bucket is back')
  }
  await Promise.all([storm.restartProcesses(), restartDatabase(), bucketAway(), wait(options.atLeastMs)])
  storm.over = true
  await calling
  return await storm.figures()
}

class ClusterStorm {
  over = false
  readonly #cluster: ClusterStage
  readonly #receiver: WebhookReceiver
  readonly #options: ClusterStormOptions
  readonly #chance: SeededChance
  readonly #generationOf = new Map<string, string>()
  readonly #jobs = new Map<string, string>()
  readonly #doubled: string[] = []
  readonly #cut: string[] = []
  #unknown = 0
  #calls = 0
  #resets = 0
  #restarts = 0

  constructor(cluster: ClusterStage, receiver: WebhookReceiver, options: ClusterStormOptions) {
    this.#cluster = cluster
    this.#receiver = receiver
    this.#options = options
    this.#chance = seededChance(options.seed)
  }

  async begin(): Promise<void> {
    const made = await this.#admin<WebhookReply>('POST', '/v2/webhooks', {
      url: `${this.#receiver.url}/hook`,
      events: ['job.completed', 'job.failed', 'job.outcome_unknown'],
    })
    this.#options.say(`receiver ${made.id}`)
  }

  /** Callers as behind a load balancer: a process that refuses a connection or says that it stops is passed over. */
  async call(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.callers }, (_, caller) => this.#callOn(caller)))
  }

  async #callOn(caller: number): Promise<void> {
    for (let at = 0; !this.over; at++) {
      const key = `${caller}-${at}`
      const faults = this.#chance.percent(20) ? promptWith(`latency=${this.#chance.whole(800)}`) : 'a fox'
      if (this.#chance.percent(40)) await this.#submit(key, faults)
      else await this.#generate(key, faults)
    }
  }

  async #generate(key: string, prompt: string): Promise<void> {
    this.#calls += 1
    const answer = await this.#ask(key, '/v1/images/generations', { ...smallCall, prompt })
    if (answer?.generationId) this.#note(key, answer.generationId)
  }

  async #submit(key: string, prompt: string): Promise<void> {
    const answer = await this.#ask(key, '/v2/images/generate', { request: { ...smallCall, prompt } })
    if (answer?.status !== 202) return
    const { jobId } = JSON.parse(answer.text) as { jobId: string }
    this.#note(key, jobId)
    this.#jobs.set(jobId, key)
  }

  #note(key: string, id: string): void {
    const known = this.#generationOf.get(key)
    if (known !== undefined && known !== id) this.#doubled.push(`${key}: ${known} and ${id}`)
    this.#generationOf.set(key, id)
  }

  /** The same request under the same name until it is answered for good. */
  async #ask(key: string, path: string, body: object): Promise<{ status: number; generationId: string; text: string } | null> {
    for (let tries = 0; tries < 200; tries++) {
      const gateway = this.#cluster.next()
      let status = 0
      try {
        const response = await this.#send(gateway, path, { key, body })
        status = response.statusCode
        const text = await response.body.text()
        const answer = { status, generationId: String(response.headers['x-darkroom-generation'] ?? ''), text }
        if (status < 300) return answer
        const { error } = JSON.parse(text) as { error: { outcome: string; code: string } }
        if (error.outcome !== 'not_charged') {
          this.#unknown += 1
          return answer
        }
        if (status < 429) return null
      } catch (error) {
        const why = (error as { code?: string }).code ?? String(error)
        // A process that is not there took nothing in.
        if (status > 0) this.#cut.push(`${key} at status ${status}: ${why}`)
        else if (why !== 'ECONNREFUSED') this.#resets += 1
      }
      await wait(50)
    }
    return null
  }

  /** Every request has a connection of its own, as a load balancer's idle ones are closed before a process ends. */
  #send(gateway: GatewayProcess, path: string, asked: { key: string; body: object } | null) {
    const headers = { authorization: `Bearer ${this.#cluster.key}`, 'x-darkroom-route': 'upstream' }
    const reset = { reset: true, headersTimeout: 300_000, bodyTimeout: 300_000 }
    if (asked === null) return request(gateway.url + path, { ...reset, headers })
    return request(gateway.url + path, {
      ...reset,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': asked.key },
      body: JSON.stringify(asked.body),
    })
  }

  /** One after the other, as a rolling deployment does; each is up again before the next goes. */
  async restartProcesses(): Promise<void> {
    const { rollingRestarts, kills } = this.#options
    for (let at = 0; at < rollingRestarts + kills; at++) {
      const all = [...this.#cluster.apis, ...this.#cluster.workers]
      const next = all[at % all.length]!
      await next.end(at < rollingRestarts ? 'SIGTERM' : 'SIGKILL')
      await this.#cluster.again(next)
      this.#restarts += 1
      if (this.#restarts % 10 === 0) this.#options.say(`${this.#restarts} restarts`)
    }
  }

  async figures(): Promise<ClusterStormFigures> {
    const lostJobs: string[] = []
    for (const id of this.#jobs.keys()) {
      const job = await this.#endOf(id)
      if (job === null) lostJobs.push(id)
    }
    const untold = await this.#untold()
    const books = await readBooks(this.#cluster.apis[0]!, this.#cluster.sandbox.url)
    const ids = eventIds(this.#receiver.received)
    return {
      calls: this.#calls,
      jobs: this.#jobs.size,
      cut: this.#cut,
      resets: this.#resets,
      unknownToCallers: this.#unknown,
      lostJobs,
      doubled: this.#doubled,
      untold,
      repeatedMessages: ids.length - new Set(ids).size,
      restarts: this.#restarts,
      books,
    }
  }

  /** How a job ended; null for one that is not there, or does not end. */
  async #endOf(id: string): Promise<Job | null> {
    for (let tries = 0; tries < 600; tries++) {
      const job = await this.#lookAt(id)
      if (job && job.state !== 'queued' && job.state !== 'running') return job
      await wait(100)
    }
    return null
  }

  /** Null for one that is not there, and where the answer to the question was lost. */
  async #lookAt(id: string): Promise<Job | null> {
    try {
      const { statusCode, body } = await this.#send(this.#cluster.next(), `/v2/jobs/${id}`, null)
      const found = (await body.json()) as Job
      return statusCode === 200 ? found : null
    } catch (error) {
      this.#cut.push(`question about ${id}: ${(error as { code?: string }).code ?? error}`)
      return null
    }
  }

  /** Jobs that ended and of which the receiver has not heard, after it was waited for. */
  async #untold(): Promise<number> {
    for (let tries = 0; ; tries++) {
      const told = new Set(this.#receiver.received.map(({ body }) => (JSON.parse(body) as { data: { job_id: string } }).data.job_id))
      const left = [...this.#jobs.keys()].filter((id) => !told.has(id)).length
      if (left === 0 || tries > 600) return left
      await wait(100)
    }
  }

  async #admin<Answer>(method: string, path: string, body: object): Promise<Answer> {
    const gateway: GatewayProcess = this.#cluster.apis[0]!
    const response = await fetch(gateway.url + path, {
      method,
      headers: { authorization: `Bearer ${this.#cluster.adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Answer
  }
}
