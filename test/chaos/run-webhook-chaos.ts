import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import type { FailPointName } from '../../src/primitives/fail-point-names.ts'
import { runProgram } from '../support/gateway-process.ts'
import { type SeededChance, seededChance } from '../support/seeded-chance.ts'
import { downMoods, MoodyReceiver } from './moody-receiver.ts'
import type { CommittedEvent, HappenOrder } from './webhook-gateway.ts'

/** What a run does. */
export interface WebhookChaosOptions {
  seed: number
  /** Events, all told. */
  events: number
  /** Receivers: an even number, two for each project. */
  receivers: number
  /** Kills of running gateways, each at any time or at the next of `points`. */
  kills: number
  /** Places at which a process is killed, one after the other as long as there are kills. */
  points: readonly FailPointName[]
  /** Events that are delivered first without any kill, to see how long the first attempt takes. */
  calm: number
  say(line: string): void
}

/** What came of it. */
export interface WebhookChaosFigures {
  seed: number
  starts: number
  kills: number
  /** Fail points that no gateway came to. */
  notReached: FailPointName[]
  /** Events that were said to be on disk, and those that were. */
  acknowledged: number
  events: number
  /** Acknowledged events that are not on record. */
  forgotten: string[]
  /** Events that a receiver which is to be told of them never took, as `receiver event`. */
  lost: string[]
  /** Times that receivers took events, and how many of those were repetitions. */
  taken: number
  repeated: number
  requests: number
  /** Requests that the verifier did not believe, or that said something else under an id that came before. */
  wrong: string[]
  /** Events that came under two ids. */
  twoIds: string[]
  /** Receivers that answered 410 and were enabled again, and messages that were replayed for them. */
  replayed: { receivers: number; messages: number }
  exhausted: number
  /** From commit to the first attempt at receivers that are up, in the calm part, in ms. */
  firstAttemptMs: { p50: number; p99: number; most: number }
}

/** Shorter than the product's, in the same proportions: ten attempts over a minute, of one second each. */
const pace = { delaysMs: [0, 200, 500, 1000, 2000, 4000, 8000, 12_000, 16_000, 20_000], timeoutMs: 1000 }
const program = resolve(import.meta.dirname, 'webhook-gateway.ts')
const DOWN_SHARE = 0.3

/** Kills gateways that deliver events to receivers of which a third is down, and compares what happened with what was taken. */
export async function runWebhookChaos(options: WebhookChaosOptions): Promise<WebhookChaosFigures> {
  await using opening = new AsyncDisposableStack()
  const dataFolder = opening.adopt(await mkdtemp(join(tmpdir(), 'darkroom-webhooks-')), (folder) =>
    rm(folder, { recursive: true, force: true }),
  )
  const receivers: MoodyReceiver[] = []
  for (let at = 0; at < options.receivers; at++) receivers.push(opening.use(await MoodyReceiver.start()))
  const run = new WebhookChaos(dataFolder, receivers, options)
  await run.prepare()
  await run.calm()
  for (let kill = 0; kill < options.kills; kill++) await run.kill(kill)
  await run.finish()
  return run.figures()
}

interface Running extends AsyncDisposable {
  url: string
  happen(order: HappenOrder): void
  ended: Promise<unknown>
  end(signal: NodeJS.Signals): Promise<unknown>
}

class WebhookChaos {
  readonly #options: WebhookChaosOptions
  readonly #chance: SeededChance
  readonly #dataFolder: string
  readonly #receivers: readonly MoodyReceiver[]
  readonly #projects: { id: string; key: string; hooks: string[] }[] = []
  readonly #committed = new Map<string, number>()
  readonly #notReached: FailPointName[] = []
  readonly #replayed = { receivers: 0, messages: 0 }
  #exhausted = 0
  #starts = 0
  #firstAttemptMs = { p50: 0, p99: 0, most: 0 }

  constructor(dataFolder: string, receivers: readonly MoodyReceiver[], options: WebhookChaosOptions) {
    this.#dataFolder = dataFolder
    this.#receivers = receivers
    this.#options = options
    this.#chance = seededChance(options.seed)
  }

  /** Projects with two webhooks each. */
  async prepare(): Promise<void> {
    const allow = this.#receivers.map(({ url }) => `'${url}'`).join(', ')
    await writeFile(join(this.#dataFolder, 'darkroom.yaml'), `version: 1\noutbound: { allow: [${allow}] }\n`)
    await using gateway = await this.#start()
    const token = (await readFile(join(this.#dataFolder, 'admin-token'), 'utf8')).trim()
    for (let at = 0; at < this.#receivers.length; at += 2) {
      const project = await ask<{ id: string }>(gateway, token, 'POST', '/v2/projects', { name: `chaos ${at}` })
      const { key } = await ask<{ key: string }>(gateway, token, 'POST', '/v2/keys', { name: 'chaos', project_id: project.id })
      const hooks: string[] = []
      for (const receiver of this.#receivers.slice(at, at + 2)) {
        const hook = await ask<{ id: string; secret: string }>(gateway, key, 'POST', '/v2/webhooks', { url: `${receiver.url}/hook` })
        receiver.secret = hook.secret
        hooks.push(hook.id)
      }
      this.#projects.push({ id: project.id, key, hooks })
    }
  }

  /** A part without kills; a third of the receivers is down. */
  async calm(): Promise<void> {
    const { calm, say } = this.#options
    if (calm === 0) return
    await using gateway = await this.#start()
    this.#changeMoods(['error', 'hang', 'reset'])
    this.#order(gateway, calm, 5)
    const up = this.#receivers.filter(({ mood }) => mood === 'up')
    const each = Math.floor(calm / this.#projects.length)
    await until(() => this.#committed.size >= calm && up.every(({ heard }) => heard.size >= each))
    this.#firstAttemptMs = this.#firstAttempts(up)
    say(`calm: ${calm} events, the first attempts p99 ${this.#firstAttemptMs.p99} ms behind the commit`)
  }

  /** A gateway works for a while, or up to a place, and is killed. */
  async kill(number: number): Promise<void> {
    const { points, kills, events, calm, say } = this.#options
    const point = points[number]
    this.#changeMoods(downMoods)
    const hit = 1 + this.#chance.whole(point?.includes('hand_out') ? 2 : 20)
    await using gateway = await this.#startArmed(point && `${point}:${hit}:kill`)
    if (gateway === null) return say(`killed at ${point} while it started (${number + 1} of ${kills})`)
    const share = Math.ceil((events - calm) / kills)
    const enough = this.#committed.size + this.#chance.whole(share)
    this.#order(gateway, share, 0)
    if (point === undefined) {
      await Promise.race([gateway.ended, until(() => this.#committed.size >= enough)])
      await pause(this.#chance.whole(700))
    } else if ((await Promise.race([gateway.ended, pause(10_000)])) === undefined) this.#notReached.push(point)
    await gateway.end('SIGKILL')
    say(`killed ${point === undefined ? 'at any time' : `at ${point}`} (${number + 1} of ${kills}): ${this.#committed.size} events on disk`)
  }

  /** Everybody is up again, the rest of the events happens, and all is waited for. */
  async finish(): Promise<void> {
    for (const receiver of this.#receivers) receiver.mood = 'up'
    await using gateway = await this.#start()
    const missing = this.#options.events - this.#committed.size
    if (missing > 0) this.#order(gateway, missing, 0)
    await until(() => this.#committed.size >= this.#options.events)
    await this.#bringBack(gateway)
    await until(async () => (await this.#standing(gateway, 'pending')) === 0)
    this.#exhausted = await this.#standing(gateway, 'exhausted')
  }

  /** What a receiver that said it was gone has missed comes by a replay, in pages. */
  async #bringBack(gateway: Running): Promise<void> {
    for (const { key, hooks } of this.#projects)
      for (const hook of hooks) {
        const { enabled } = await ask<{ enabled: boolean }>(gateway, key, 'GET', `/v2/webhooks/${hook}`)
        if (enabled) continue
        await ask(gateway, key, 'PATCH', `/v2/webhooks/${hook}`, { enabled: true })
        this.#replayed.receivers += 1
        const order = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' }
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const page: { queued: number; next_cursor: string | null } = await ask(gateway, key, 'POST', `/v2/webhooks/${hook}/replay`, {
            ...order,
            ...(cursor === undefined ? {} : { cursor }),
          })
          this.#replayed.messages += page.queued
          cursor = page.next_cursor
        }
      }
  }

  async #standing(gateway: Running, state: string): Promise<number> {
    let count = 0
    for (const { key, hooks } of this.#projects)
      for (const hook of hooks) {
        const { deliveries } = await ask<{ deliveries: unknown[] }>(
          gateway,
          key,
          'GET',
          `/v2/webhooks/${hook}/deliveries?state=${state}&limit=1000`,
        )
        count += deliveries.length
      }
    return count
  }

  figures(): WebhookChaosFigures {
    using database = new DatabaseSync(join(this.#dataFolder, 'darkroom.db'), { readOnly: true })
    const rows = database.prepare("select id, project_id, seq from events where type = 'job.completed'").all() as {
      id: string
      project_id: string
      seq: number
    }[]
    const onRecord = new Set(rows.map(({ id }) => id))
    const heard = this.#receivers.flatMap((receiver) => [...receiver.heard.values()])
    const taken = heard.reduce((sum, each) => sum + each.taken, 0)
    return {
      seed: this.#options.seed,
      starts: this.#starts,
      kills: this.#options.kills,
      notReached: this.#notReached,
      acknowledged: this.#committed.size,
      events: rows.length,
      forgotten: [...this.#committed.keys()].filter((id) => !onRecord.has(id)),
      lost: rows.flatMap(({ id, project_id }) => this.#neverTaken(id, project_id)),
      taken,
      repeated: taken - heard.filter((each) => each.taken > 0).length,
      requests: this.#receivers.reduce((sum, { requests }) => sum + requests, 0),
      wrong: this.#receivers.flatMap(({ wrong }) => wrong),
      twoIds: this.#receivers.flatMap((receiver) => sequencesWithTwoIds(receiver)),
      replayed: this.#replayed,
      exhausted: this.#exhausted,
      firstAttemptMs: this.#firstAttemptMs,
    }
  }

  #neverTaken(id: string, projectId: string): string[] {
    const at = this.#projects.findIndex((project) => project.id === projectId)
    const told = this.#receivers.slice(2 * at, 2 * at + 2)
    return told.flatMap((receiver, which) => ((receiver.heard.get(id)?.taken ?? 0) > 0 ? [] : [`${2 * at + which} ${id}`]))
  }

  #firstAttempts(receivers: readonly MoodyReceiver[]): { p50: number; p99: number; most: number } {
    const times = receivers
      .flatMap(({ heard }) => [...heard].map(([id, { firstAtMs }]) => firstAtMs - (this.#committed.get(id) ?? firstAtMs)))
      .toSorted((one, other) => one - other)
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0
    return { p50: at(0.5), p99: at(0.99), most: times.at(-1) ?? 0 }
  }

  /** A third is down, each in a way of its own, and one of the others is slow. Only the first ever says that it is gone: that ends all retries. */
  #changeMoods(moods: readonly MoodyReceiver['mood'][]): void {
    const left = [...this.#receivers]
    for (const receiver of left) receiver.mood = 'up'
    for (let down = 0; down < Math.round(this.#receivers.length * DOWN_SHARE); down++) {
      const [receiver] = left.splice(this.#chance.whole(left.length), 1)
      receiver!.mood = this.#chance.pick(receiver === this.#receivers[0] ? moods : moods.filter((mood) => mood !== 'gone'))
    }
    if (moods === downMoods) this.#chance.pick(left).mood = 'slow'
  }

  #order(gateway: Running, count: number, pauseMs: number): void {
    gateway.happen({ projectIds: this.#projects.map(({ id }) => id), count, pauseMs })
  }

  /** Null for a gateway that came to the place before it listened: it goes on with what the one before it left. */
  #startArmed(failPoint: string | undefined): Promise<Running | null> {
    return this.#start(failPoint).catch((error: Error) => {
      if (failPoint !== undefined && error.message.includes('a fail point is armed')) return null
      throw error
    })
  }

  async #start(failPoint?: string): Promise<Running> {
    this.#starts += 1
    const { child, errors, ended } = runProgram(
      [],
      {
        DARKROOM_DATA: this.#dataFolder,
        DARKROOM_CONFIG: join(this.#dataFolder, 'darkroom.yaml'),
        WEBHOOK_PACE: JSON.stringify(pace),
        ...(failPoint && { DARKROOM_FAIL_POINT: failPoint }),
      },
      program,
    )
    const listening = Promise.withResolvers<string>()
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) {
        const { id, atMs } = JSON.parse(line) as CommittedEvent
        this.#committed.set(id, atMs)
      } else listening.resolve(/listens on (http:\S+)/.exec(line)![1]!)
    })
    const url = await Promise.race([listening.promise, ended.then(() => null)])
    if (url === null) throw new Error(`the gateway ended before it listened: ${errors()}`)
    const end = (signal: NodeJS.Signals) => {
      child.kill(signal)
      return ended
    }
    return {
      url,
      happen: (order) => void child.stdin.write(`${JSON.stringify(order)}\n`),
      ended,
      end,
      [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
    }
  }
}

/** Numbers of events that came under more than one id. */
function sequencesWithTwoIds({ heard }: MoodyReceiver): string[] {
  const ids = Map.groupBy(heard, ([, { sequence }]) => sequence)
  return [...ids].filter(([, each]) => each.length > 1).map(([sequence]) => String(sequence))
}

async function ask<Answer>(gateway: Running, credential: string, method: string, path: string, body?: object): Promise<Answer> {
  const reply = await fetch(gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`)
  return (await reply.json()) as Answer
}

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await pause(20)
}
