import { type Output, say } from './command.ts'
import { displayWidth } from './layout.ts'

/** Pictures of a line that moves. */
export const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
/** Between two of them. */
export const REDRAW_MS = 100
const CLEAR = '\r\x1b[K'

/** A line that shows a call is under way, on a terminal only: logs and pipes stay clean. */
export class Progress implements Disposable {
  readonly #stream: Output
  readonly #label: string
  readonly #startedMs = performance.now()
  readonly #timer: NodeJS.Timeout | null
  #frame = 0

  constructor(stream: Output, label: string) {
    this.#stream = stream
    this.#label = label
    this.#timer = stream.isTTY ? setInterval(() => this.#draw(), REDRAW_MS) : null
  }

  /** A line that breaks could not be drawn over, so one that is too long for the terminal shows the time alone. */
  #draw(): void {
    const seconds = `${((performance.now() - this.#startedMs) / 1000).toFixed(1)} s`
    const line = `${FRAMES[this.#frame++ % FRAMES.length]} ${this.#label} … ${seconds}`
    this.#stream.write(CLEAR + (displayWidth(line) < (this.#stream.columns ?? 80) ? line : seconds))
  }

  /** Says something that stays, above the line. */
  note(text: string): void {
    if (this.#timer) this.#stream.write(CLEAR)
    say(this.#stream, text)
  }

  /** Removes the line. */
  [Symbol.dispose](): void {
    if (!this.#timer) return
    clearInterval(this.#timer)
    this.#stream.write(CLEAR)
  }
}
