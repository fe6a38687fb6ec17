import { once } from 'node:events'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { withIdleLimit } from './with-idle-limit.ts'

/** A source that gives what it is told to. */
const source = () => new Readable({ read: () => undefined })

describe('withIdleLimit', () => {
  it('gives everything that comes, also to a reader that takes longer than the limit', async () => {
    const from = source()
    for (const piece of ['a', 'b', 'c', null]) from.push(piece)
    let read = ''
    for await (const piece of withIdleLimit(from, 5)) {
      read += String(piece)
      await new Promise((resolve) => setTimeout(resolve, 15))
    }
    expect(read).toBe('abc')
  })

  it('ends with an error where nothing comes', async () => {
    const from = source()
    from.push('a')
    await expect(text(withIdleLimit(from, 5))).rejects.toThrow(/fell silent/)
    expect(from.destroyed).toBe(true)
  })

  it('closes the source of a stream that nobody began to read', async () => {
    const from = source()
    const limited = withIdleLimit(from, 60_000)
    limited.destroy()
    await once(limited, 'close')
    expect(from.destroyed).toBe(true)
  })

  it('tells the reader of a source that broke before it was read', async () => {
    const from = source()
    const limited = withIdleLimit(from, 60_000)
    const closed = new Promise((resolve) => from.once('close', resolve))
    from.destroy(new Error('reset'))
    await closed
    await expect(text(limited)).rejects.toThrow('reset')
  })
})
