/** A thread of the pixel process that kills it when it holds too much memory or the gateway is gone, whatever its main thread is doing. */
import { writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { outOfMemoryWords } from './orders.ts'

const LOOK_EVERY_MS = 25
const STANDARD_ERROR = 2

const { parent } = workerData as { parent: number }
let maxRssBytes = Number.POSITIVE_INFINITY

parentPort!.on('message', (limit: number) => {
  maxRssBytes = limit
})

setInterval(() => {
  if (process.memoryUsage.rss() > maxRssBytes) writeSync(STANDARD_ERROR, `${outOfMemoryWords}\n`)
  else if (process.ppid === parent) return
  process.kill(process.pid, 'SIGKILL')
}, LOOK_EVERY_MS)
