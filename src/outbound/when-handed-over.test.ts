import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { whenHandedOver } from './when-handed-over.ts'

async function pair(): Promise<{ near: Socket; far: Socket; close(): void }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far] = (await once(server, 'connection')) as [Socket]
  if (near.connecting) await once(near, 'connect')
  for (const socket of [near, far]) socket.on('error', () => {})
  return { near, far, close: () => [near.destroy(), far.destroy(), server.close()] }
}

it('says so at once for a request that the kernel took at once', async () => {
  const { near, close } = await pair()
  near.write('small')
  let handedOver = false
  whenHandedOver(near, 5, () => {
    handedOver = true
  })
  expect(handedOver).toBe(true)
  close()
})

it('says nothing when the kernel refused the write because the peer had reset the connection', async () => {
  const { near, far, close } = await pair()
  const closed = new Promise((resolve) => near.on('close', resolve))
  far.resetAndDestroy()
  near.write('too late')
  let handedOver = false
  whenHandedOver(near, 8, () => {
    handedOver = true
  })
  await closed
  expect(handedOver).toBe(false)
  close()
})

it('waits for the peer to drain what the kernel had no room for', async () => {
  const { near, far, close } = await pair()
  const body = Buffer.alloc(32 * 2 ** 20)
  near.write(body)
  const { promise, resolve } = Promise.withResolvers<void>()
  let handedOver = false
  whenHandedOver(near, body.length, () => {
    handedOver = true
    resolve()
  })
  expect(handedOver).toBe(false)
  far.resume()
  await promise
  close()
})
