import type { Bulk } from '../../contract/bulk-replies.ts'
import type { Clock } from '../../primitives/clock.ts'
import { type Output, say } from '../command.ts'
import { displayWidth, sayWrapped } from '../layout.ts'
import { FRAMES, REDRAW_MS } from '../progress.ts'
import { bulkLine } from './bulk-line.ts'
import { aboutUsd, doneOf, timeLeft, troubleInWords } from './bulk-words.ts'

/** Between two lines where no terminal is. */
const LINE_EVERY_MS = 10_000
const WIDTH_UNKNOWN = 80

/** How a bulk stands, as it goes on: a bar that is drawn over on a terminal, a line now and then in a log or a pipe. */
export class BulkProgress implements Disposable {
  readonly #stream: Output
  readonly #clock: Clock
  readonly #isQuiet: boolean
  readonly #timer: NodeJS.Timeout | null = null
  readonly #draw = () => this.#redraw()
  #bulk: Bulk | null = null
  #frame = 0
  /** Cells of what is drawn now. */
  #drawn = 0
  #said = { atMs: Number.NEGATIVE_INFINITY, text: '', state: '' }

  /** @param options.isQuiet says nothing where no terminal is: somebody reads the streams with a program */
  constructor(stream: Output, { clock, isQuiet }: { clock: Clock; isQuiet: boolean }) {
    this.#stream = stream
    this.#clock = clock
    this.#isQuiet = isQuiet
    if (!stream.isTTY) return
    this.#timer = setInterval(this.#draw, REDRAW_MS)
    stream.on('resize', this.#draw)
  }

  /** How it stands now. */
  show(bulk: Bulk): void {
    this.#bulk = bulk
    if (this.#timer) this.#redraw()
    else if (!this.#isQuiet) this.#tell(bulk)
  }

  /** Says something that stays, above the bar. */
  note(text: string): void {
    this.#erase()
    sayWrapped(this.#stream, text)
  }

  /** Removes the bar. */
  [Symbol.dispose](): void {
    if (!this.#timer) return
    clearInterval(this.#timer)
    this.#stream.off('resize', this.#draw)
    this.#erase()
    this.#bulk = null
  }

  /** A line that breaks could not be drawn over, so it ends before the last cell. */
  #redraw(): void {
    if (this.#bulk === null) return
    this.#erase()
    const line = `${FRAMES[this.#frame++ % FRAMES.length]} ${bulkLine(this.#bulk, this.#width - 3, this.#clock.nowMs())}`
    this.#stream.write(line)
    this.#drawn = displayWidth(line)
  }

  /** A terminal that has become narrower broke the line that was drawn before. */
  #erase(): void {
    if (this.#drawn === 0) return
    const above = Math.ceil(this.#drawn / this.#width) - 1
    this.#stream.write(`${above > 0 ? `\x1b[${above}A` : ''}\r\x1b[J`)
    this.#drawn = 0
  }

  get #width(): number {
    return this.#stream.columns || WIDTH_UNKNOWN
  }

  /** A change of state is told at once, items that were done now and then. */
  #tell(bulk: Bulk): void {
    const nowMs = this.#clock.monotonicMs()
    const text = this.#sentence(bulk)
    const { atMs, text: before, state } = this.#said
    if (text === before || (bulk.state === state && nowMs - atMs < LINE_EVERY_MS)) return
    this.#said = { atMs: nowMs, text, state: bulk.state }
    say(this.#stream, text)
  }

  #sentence(bulk: Bulk): string {
    const spent = BigInt(bulk.cost.settled.nanos)
    const facts = [
      `${doneOf(bulk)} of ${bulk.total} done`,
      bulk.state === 'running' ? '' : bulk.state,
      bulk.pause_reason ?? '',
      troubleInWords(bulk),
      spent === 0n ? '' : `${aboutUsd(spent)} USD`,
      bulk.eta === null ? '' : `${timeLeft(Date.parse(bulk.eta), this.#clock.nowMs())} left`,
    ]
    return `${bulk.id}: ${facts.filter((fact) => fact !== '').join(', ')}`
  }
}
