import { expect, test } from 'vitest'
import { FaultBook } from './fault-book.ts'

test('meets one call and is gone', () => {
  const book = new FaultBook()
  book.arm({ fault: 'status=500' })
  expect(book.take('a').script).toEqual({ status: 500 })
  expect(book.take('a').script).toEqual({})
  expect(book.list()).toEqual([])
})

test('waits for the nth call whose prompt matches, then meets as many as asked', () => {
  const book = new FaultBook()
  book.arm({ match: { prompt: 'fox', nth: 2 }, fault: 'gzip', times: 2 })
  const met = ['a fox', 'a cat', 'a fox', 'two foxes', 'a fox'].map((prompt) => book.take(prompt).script.gzip === true)
  expect(met).toEqual([false, false, true, true, false])
})

test('meets every call until it is cleared when it has no end', () => {
  const book = new FaultBook()
  const armed = book.arm({ fault: 'no-data', times: null })
  expect([1, 2, 3].every(() => book.take('x').script.noData)).toBe(true)
  expect(book.list()).toEqual([{ ...armed, seen: 3 }])
  expect(book.clear()).toBe(1)
  expect(book.take('x').script).toEqual({})
})

test('lets a marker win over an armed fault and keeps the rest of both', () => {
  const book = new FaultBook()
  book.arm({ fault: 'status=500, latency=9' })
  expect(book.take('x [[sandbox: status=429]]').script).toEqual({ status: 429, latencyMs: 9 })
})

test('heals a marked prompt after its first N calls, each prompt for itself', () => {
  const book = new FaultBook()
  const status = (prompt: string) => book.take(prompt).script.status
  expect([1, 2, 3].map(() => status('a [[sandbox: status=500, first=2]]'))).toEqual([500, 500, undefined])
  expect([1, 2].map(() => status('b [[sandbox: status-then-ok=503]]'))).toEqual([503, undefined])
})

test.each([{ times: 0 }, { times: 1.5 }, { match: { nth: 0 } }, { match: { nth: Number.NaN } }])('refuses to arm %j', (order) => {
  expect(() => new FaultBook().arm({ fault: 'html', ...order })).toThrow(RangeError)
})

test('refuses words it does not know when it is armed, not when it should strike', () => {
  expect(() => new FaultBook().arm({ fault: 'statis=500' })).toThrow(/knows no fault 'statis'/)
})
