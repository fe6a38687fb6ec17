import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

/** Listens in a thread that never turns its loop again: the kernel fills the short queue and drops every SYN behind it. */
const deafListener = `
  const { createServer } = require('node:net')
  const { parentPort } = require('node:worker_threads')
  const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
  })`

/** A loopback port whose connections are neither accepted nor refused. */
export async function openBlackHole(): Promise<{ port: number } & AsyncDisposable> {
  const listener = new Worker(deafListener, { eval: true })
  const [port] = (await once(listener, 'message')) as [number]
  const held: Socket[] = []
  const knock = () => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    held.push(socket)
    return Promise.race([once(socket, 'connect').then(() => true), new Promise<false>((resolve) => setTimeout(resolve, 250, false))])
  }
  // Full as soon as a connection hangs; on loopback one that is taken is taken at once.
  for (let tries = 0; await knock(); tries++) if (tries > 50) throw new Error('expected a full queue, found connections that are taken')
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of held) socket.destroy()
      await listener.terminate()
    },
  }
}
