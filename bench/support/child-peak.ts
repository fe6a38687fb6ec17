import { readFileSync } from 'node:fs'
import { statusBytes } from './process-figures.ts'

const LOOK_EVERY_MS = 20

/** Watches this process's children. */
export class ChildPeak implements Disposable {
  /** Children seen so far. */
  readonly seen = new Set<number>()
  /** Largest resident memory any of them ever had; 0 before one was seen, and where the system does not say. */
  peakBytes = 0
  readonly #timer: NodeJS.Timeout

  constructor() {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    for (const pid of childrenOf(process.pid)) {
      this.seen.add(pid)
      this.peakBytes = Math.max(this.peakBytes, statusBytes(pid, 'VmHWM') ?? 0)
    }
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}
