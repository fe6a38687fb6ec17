import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ledgerLines } from '../support/generation-calls.ts'
import { exchange, openSocket } from '../support/raw-http.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startTestGateway({ bodyPace: { graceMs: 150, bytesPerSecond: 50_000, checkEveryMs: 20 } })
})
afterAll(() => gateway.close())

const head = (path: string, type: string) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${gateway.key}\r\nContent-Type: ${type}\r\nContent-Length: 500000\r\n\r\n`
const chunked = () =>
  `${head('/v1/images/generations', 'application/json').replace('Content-Length: 500000', 'Transfer-Encoding: chunked')}9\r\n{"model":\r\n`
const upload = () => head('/v1/images/edits', 'multipart/form-data; boundary=x')

describe('a body that does not come', () => {
  it.each([
    ['B10 of a call in JSON', () => `${head('/v1/images/generations', 'application/json')}{"model":`],
    ['B10 of chunks that never end', chunked],
    ['B10 of an upload', () => `${upload()}--x\r\n`],
  ])('%s is answered 408 and costs nothing', async (_which, request) => {
    const answer = await exchange(gateway.url, request())
    expect(answer).toMatchObject({ status: 408, headers: { connection: 'close' } })
    expect(JSON.parse(answer.body).error).toMatchObject({ code: 'request_timeout', outcome: 'not_charged' })
    expect(await ledgerLines(gateway)).toEqual([])
  })
})

describe('an upload that comes slowly but steadily', () => {
  it('is waited for', async () => {
    const socket = await openSocket(gateway.url)
    using _end = { [Symbol.dispose]: () => socket.destroy() }
    let answered = ''
    socket.on('data', (piece: Buffer) => {
      answered += piece.toString('latin1')
    })
    socket.write(`${upload()}--x\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n`)
    for (let sent = 0; sent < 20; sent++) {
      socket.write(Buffer.alloc(8000, 'a'))
      await wait(25)
    }
    expect(answered).toBe('')
  })
})
