import { writeSync } from 'node:fs'
import { outOfMemoryWords } from './orders.ts'

const STANDARD_ERROR = 2

/** Kills this process, with last words, when it holds more than it may. Does not return then. */
export function endAbove(maxRssBytes: number): void {
  if (process.memoryUsage.rss() <= maxRssBytes) return
  writeSync(STANDARD_ERROR, `${outOfMemoryWords}\n`)
  process.kill(process.pid, 'SIGKILL')
}
