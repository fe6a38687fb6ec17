import { statementContext } from '../../db/index.ts'
import { beat, declareDead, dutyOf, endNode, type LiveNode, liveNodes, type NodeRole, registerNode, takeDuty } from '../../nodes/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { takeOver } from './take-over.ts'

/** How often a process says that it lives, and how long it may be silent. */
export interface NodePace {
  beatEveryMs: number
  deadAfterMs: number
}

/** What one process does for all: what the ended have left, sets, batches, sweeps. */
const CARETAKER = 'caretaker'
const TAKE_OVER_EVERY_MS = 60_000

type LifeParts = Pick<GatewayParts, 'database' | 'clock' | 'newId' | 'bootId' | 'version'>

/**
 * The life of this process among those that share its database: says that it lives, sees which others do not any more, and takes care of what those
 * have left if that is its duty. Whether another has died is judged by how long its number has stood still, by this process's own clock, so clocks need not agree.
 * A data folder with a database of its own has one process: it is the caretaker, and nobody has to be told that it lives.
 */
export class NodeLife {
  readonly role: NodeRole
  /** Of the data folder. */
  readonly folderId: string
  readonly #pace: NodePace
  readonly #seen = new Map<string, { beats: number; sinceMs: number }>()
  readonly #whenCaretaker: (() => void)[] = []
  #isCaretaker = false
  #lastBeatMs = 0
  /** Somebody has gone whose work was not taken over yet. */
  #hasLeft = false
  /** The duty came, and those who begin with it have not begun. */
  #isNew = false
  #tookOverAtMs = 0
  #timer: NodeJS.Timeout | null = null
  #round: Promise<void> = Promise.resolve()
  #known: readonly LiveNode[] = []

  constructor({ role, folderId, pace }: { role: NodeRole; folderId: string; pace: NodePace }) {
    this.role = role
    this.folderId = folderId
    this.#pace = pace
  }

  /** True while what one process does for all is this one's to do. */
  get isCaretaker(): boolean {
    return this.#isCaretaker
  }

  /** The processes that lived when this one last looked; itself among them. */
  get nodes(): readonly LiveNode[] {
    return this.#known
  }

  /** Called when the duty comes to this process. */
  whenCaretaker(begin: () => void): void {
    this.#whenCaretaker.push(begin)
  }

  /** Puts this process on record. Whatever earlier processes of its folder left is nobody's from then on. */
  async register(parts: LifeParts): Promise<void> {
    const { bootId: id, version } = parts
    const { role, folderId } = this
    await parts.database.transact(registerNode(contextOf(parts), { id, role, folderId, version }))
    this.#lastBeatMs = parts.clock.monotonicMs()
    await this.#askForDuty(parts)
    this.#known = await liveNodes(parts.database)
  }

  /** From now on says that it lives, and looks after the others. */
  start(parts: GatewayParts): void {
    this.#tell(parts)
    if (parts.database.dialect === 'sqlite') return
    this.#timer = setInterval(() => {
      this.#round = this.#round.then(() => this.look(parts))
    }, this.#pace.beatEveryMs).unref()
  }

  /** One round. Never rejects. */
  async look(parts: GatewayParts): Promise<void> {
    try {
      await parts.database.transact([beat(contextOf(parts), parts.bootId)])
      this.#lastBeatMs = parts.clock.monotonicMs()
      await this.#buryTheDead(parts)
      const wasCaretaker = this.#isCaretaker
      await this.#askForDuty(parts)
      if (!this.#isCaretaker) return
      if (!wasCaretaker) {
        parts.logger.info({ code: CARETAKER }, 'this process takes care of what is done once for all')
        this.#isNew = true
      }
      if (this.#isNew || this.#hasLeft || this.#isTime(parts)) await this.#takeOver(parts)
      if (this.#isNew) for (const begin of this.#whenCaretaker) begin()
      this.#isNew = false
    } catch (error) {
      const silentMs = parts.clock.monotonicMs() - this.#lastBeatMs
      // Somebody else may have the duty by now.
      if (silentMs > this.#pace.deadAfterMs - this.#pace.beatEveryMs) this.#isCaretaker = false
      parts.logger.warn({ err: error }, 'the other processes could not be told that this one lives, or not be looked after')
    }
  }

  /** Where something of it fails, the next round does it again. */
  async #takeOver(parts: GatewayParts): Promise<void> {
    await takeOver(parts)
    this.#hasLeft = false
    this.#tookOverAtMs = parts.clock.monotonicMs()
  }

  /** What nobody noticed is looked for from time to time. */
  #isTime({ clock }: GatewayParts): boolean {
    return clock.monotonicMs() - this.#tookOverAtMs > TAKE_OVER_EVERY_MS
  }

  /** Ends the rounds, and says that this process has ended. */
  async close(parts: LifeParts): Promise<void> {
    if (this.#timer) clearInterval(this.#timer)
    await this.#round
    // Where it cannot be told, the others find out by themselves.
    await parts.database.transact([endNode(contextOf(parts), parts.bootId)]).catch(() => undefined)
  }

  /** Says of those that are dead that they are, and notes who has gone since the last look. */
  async #buryTheDead(parts: GatewayParts): Promise<void> {
    const nowMs = parts.clock.monotonicMs()
    const live = await liveNodes(parts.database)
    for (const node of live) {
      const seen = this.#seen.get(node.id)
      if (seen?.beats !== node.beats) this.#seen.set(node.id, { beats: node.beats, sinceMs: nowMs })
      else if (node.id !== parts.bootId && nowMs - seen.sinceMs >= this.#pace.deadAfterMs) await this.#bury(parts, node)
    }
    const ids = new Set(live.map(({ id }) => id))
    const gone = this.#known.filter(({ id }) => !ids.has(id))
    for (const { id } of gone) this.#seen.delete(id)
    if (gone.length > 0) {
      this.#hasLeft = true
      parts.health.forgetElsewhere((from) => gone.some(({ id }) => id === from))
    }
    this.#known = live
    this.#tell(parts)
  }

  #tell({ metrics }: GatewayParts): void {
    const live = { all: 0, api: 0, worker: 0 }
    for (const { role } of this.#known) live[role] += 1
    metrics.nodesNow({ live, isCaretaker: this.#isCaretaker })
  }

  async #bury(parts: GatewayParts, node: LiveNode): Promise<void> {
    const [declared] = await parts.database.transact([declareDead(contextOf(parts), node)])
    if (declared!.changes > 0) parts.logger.warn({ code: node.id }, 'another process is silent and taken for dead')
  }

  async #askForDuty(parts: LifeParts): Promise<void> {
    if (this.role === 'api') return
    await parts.database.transact([takeDuty(contextOf(parts), { name: CARETAKER, nodeId: parts.bootId })])
    this.#isCaretaker = (await dutyOf(parts.database, CARETAKER)) === parts.bootId
  }
}

const contextOf = ({ database, clock, newId }: LifeParts) => statementContext(database, clock, newId)
