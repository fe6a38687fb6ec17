import { expect, it } from 'vitest'
import { PieceStream } from './piece-stream.ts'

const piece = (text: string) => Buffer.from(text)
const never = () => {
  throw new Error('it was not paused')
}

it('gives what was put in, in order, and ends with its sender', async () => {
  const stream = new PieceStream()
  const reading = Array.fromAsync(stream)
  for (const text of ['a', 'b']) expect(stream.data(piece(text), never)).toBe(true)
  stream.end(true)
  expect((await reading).map(String)).toEqual(['a', 'b'])
})

it('pauses its sender while nobody reads, and lets it go on as what waits is read', async () => {
  const stream = new PieceStream()
  const { promise: resumed, resolve } = Promise.withResolvers<void>()
  expect(stream.data(Buffer.alloc(256 * 1024), never)).toBe(true)
  expect(stream.data(Buffer.alloc(1), resolve)).toBe(false)
  const pieces = stream[Symbol.asyncIterator]()
  await pieces.next()
  await resumed
})

it('ends for a sender that never began, and gives what came before an end that was a cut', async () => {
  const silent = new PieceStream()
  silent.end()
  expect(await Array.fromAsync(silent)).toEqual([])
  const cut = new PieceStream()
  cut.data(piece('a'), never)
  cut.end(false)
  expect((await Array.fromAsync(cut)).map(String)).toEqual(['a'])
})

it('drops what comes when nobody reads any more, so that its sender can end', async () => {
  const stream = new PieceStream()
  const { promise: resumed, resolve } = Promise.withResolvers<void>()
  stream.data(Buffer.alloc(256 * 1024), never)
  expect(stream.data(Buffer.alloc(256 * 1024), resolve)).toBe(false)
  for await (const _ of stream) break
  await resumed
  expect(stream.data(Buffer.alloc(1_000_000), never)).toBe(true)
})
