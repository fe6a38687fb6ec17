import { flushCompileCache } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { drawPicture } from './draw-picture.ts'
import type { PictureOrder } from './picture-order.ts'
import type { ThreadReply } from './thread-pool.ts'

const press = parentPort
if (!press) throw new Error('press-thread.ts runs as a worker thread only; ask PicturePress for pictures')

press.on('message', (order: PictureOrder) => {
  try {
    const result = drawPicture(order)
    press.postMessage({ result } satisfies ThreadReply<Uint8Array>, [result.buffer])
  } catch (error) {
    press.postMessage({ failure: error instanceof Error ? error.message : String(error) } satisfies ThreadReply<Uint8Array>)
  }
})

// An ended thread never writes its part of the compile cache, so it is done as soon as everything is loaded.
flushCompileCache()
