import { flushCompileCache } from 'node:module'
import { parentPort, type Transferable } from 'node:worker_threads'
import { drawPicture } from './draw-picture.ts'
import { decodedFacts } from './edit/decoded-facts.ts'
import type { PressResult, PressTask } from './press-task.ts'
import type { ThreadReply } from './thread-pool.ts'

const press = parentPort
if (!press) throw new Error('press-thread.ts runs as a worker thread only; ask PicturePress for pictures')

press.on('message', async (task: PressTask) => {
  try {
    const result = await resultOf(task)
    reply({ result }, result.kind === 'drawn' ? [result.bytes.buffer] : [])
  } catch (error) {
    reply({ failure: error instanceof Error ? error.message : String(error) })
  }
})

async function resultOf(task: PressTask): Promise<PressResult> {
  if (task.kind === 'examine') return { kind: 'examined', facts: await decodedFacts(task.bytes) }
  return { kind: 'drawn', bytes: await drawPicture(task.order) }
}

function reply(message: ThreadReply<PressResult>, transferred: Transferable[] = []): void {
  press!.postMessage(message, transferred)
}

// An ended thread never writes its part of the compile cache, so it is done as soon as everything is loaded.
flushCompileCache()
