import { flushCompileCache } from 'node:module'
import { parentPort, type Transferable } from 'node:worker_threads'
import { drawPicture } from './draw-picture.ts'
import { decodedFacts } from './edit/decoded-facts.ts'
import type { SigningCredentials } from './finish/picture-finish.ts'
import { reEncodePicture } from './finish/re-encode-picture.ts'
import { finishOf, type PictureOrder } from './picture-order.ts'
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
  if (task.kind === 'make-credentials') {
    const { makeCredentials } = await import('./finish/make-credentials.ts')
    return { kind: 'credentials', credentials: await makeCredentials() }
  }
  return { kind: 'drawn', bytes: await finished(await drawPicture(task.order), task) }
}

/** What signs is loaded by the first picture that wants it; most sandboxes never do. */
async function finished(
  bytes: Uint8Array<ArrayBuffer>,
  { order, credentials }: { order: PictureOrder; credentials: SigningCredentials | null },
): Promise<Uint8Array<ArrayBuffer>> {
  const finish = finishOf(order)
  if (finish === null) return bytes
  if (finish.kind === 're-encoded') return reEncodePicture(bytes)
  const { signPicture } = await import('./finish/sign-picture.ts')
  return signPicture(bytes, finish.claimGenerator, credentials!)
}

function reply(message: ThreadReply<PressResult>, transferred: Transferable[] = []): void {
  press!.postMessage(message, transferred)
}

// An ended thread never writes its part of the compile cache, so it is done as soon as everything is loaded.
flushCompileCache()
