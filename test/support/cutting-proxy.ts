import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Something in front of a gateway that breaks connections. */
export interface CuttingProxy extends AsyncDisposable {
  url: string
  /** How many connections were made through it. */
  connections(): number
}

/**
 * Passes bytes to a gateway and back. Each new connection takes the next of the cuts: broken off once so many bytes have come back; null, and
 * every one after the last, is left alone.
 */
export async function startCuttingProxy(target: string, cuts: readonly (number | null)[]): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target)
  const open = new Set<Socket>()
  let made = 0
  const server = createServer((client) => {
    const cut = cuts[made++] ?? null
    const upstream = connect(Number(port), hostname)
    let back = 0
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', end).on('close', () => open.delete(socket) && end())
    }
    client.pipe(upstream)
    upstream.on('data', (piece: Buffer) => {
      back += piece.length
      if (cut === null) client.write(piece)
      else if (back >= cut) client.write(piece.subarray(0, piece.length - (back - cut)), end)
      else client.write(piece)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => made,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
