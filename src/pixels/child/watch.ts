/** A thread of the pixel process that kills it when it holds too much memory or the gateway is gone, whatever its main thread is doing. */
import { parentPort, workerData } from 'node:worker_threads'
import { endAbove } from './memory-limit.ts'

const LOOK_EVERY_MS = 25

const { parent } = workerData as { parent: number }
let maxRssBytes = Number.POSITIVE_INFINITY

parentPort!.on('message', (limit: number) => {
  maxRssBytes = limit
})

setInterval(() => {
  endAbove(maxRssBytes)
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL')
}, LOOK_EVERY_MS)
