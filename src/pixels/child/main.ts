/**
 * The process that runs pixel tasks, one after the other. It has no environment of the gateway's and asks the gateway for nothing. It is
 * ended by being killed, by the gateway or by itself: it holds nothing that must be put in order, and a clean exit would wait for a decoder
 * that may never finish.
 */
import { flushCompileCache } from 'node:module'
import { constants, setPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { RefusedPixels } from '../refused-pixels.ts'
import { endAbove } from './memory-limit.ts'
import type { Answer, Order, Outcome } from './orders.ts'

function main(): void {
  yieldToGateway()
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  // A thread, because this one may be deep in a loop over pixels when the limit is passed or the gateway dies.
  const watch = new Worker(new URL('./watch.ts', import.meta.url), { workerData: { parent: process.ppid } })
  process.on('message', async (order: Order) => {
    watch.postMessage(order.maxRssBytes)
    await answer(order)
  })
}

/** Before any thread is started: on Linux the priority is the thread's own, and inherited by those it starts. */
function yieldToGateway(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // A system that forbids it runs the tasks at the gateway's own priority.
  }
}

async function answer(order: Order): Promise<void> {
  const outcome = await outcomeOf(order)
  // What ends between two looks of the watch is held to the limit all the same: whether a task passes is no matter of luck.
  endAbove(order.maxRssBytes)
  process.send!({ outcome, rssBytes: process.memoryUsage.rss() } satisfies Answer)
  // Compiled code is otherwise kept when a process exits, which this one never does.
  flushCompileCache()
}

async function outcomeOf({ module, input }: Order): Promise<Outcome> {
  try {
    const task = (await import(module)) as { run(input: unknown): Promise<unknown> }
    return { ended: 'done', output: await task.run(input) }
  } catch (error) {
    if (error instanceof RefusedPixels) return { ended: 'refused', code: error.code, message: error.message }
    return { ended: 'threw', message: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

main()
