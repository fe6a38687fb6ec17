import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEvents, type StreamedEvent } from './server-sent-events.ts'

const told = 'id: 7\nevent: started\ndata: {"a":1}\n\n: still here\n\nid: 8\nevent: completed\ndata: {"b":"新"}\n\n'
const events = [
  { id: '7', event: 'started', data: '{"a":1}' },
  { id: '8', event: 'completed', data: '{"b":"新"}' },
]
const answer = (pieces: readonly Uint8Array[], end: (controller: ReadableStreamDefaultController) => void = (it) => it.close()) =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece)
        end(controller)
      },
    }),
  )

async function seen(response: Response, signal = new AbortController().signal): Promise<StreamedEvent[]> {
  return Array.fromAsync(readEvents(response, signal))
}

describe('readEvents', () => {
  it('reads every event whole, wherever the stream was cut into pieces', async () => {
    const bytes = new TextEncoder().encode(told)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const places = [0, ...cuts.toSorted((one, other) => one - other), bytes.length]
        const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
        expect(await seen(answer(pieces))).toEqual(events)
      }),
    )
  })

  it('passes over an event that the end of the stream cuts short', async () => {
    expect(await seen(answer([new TextEncoder().encode(told.slice(0, -1))]))).toEqual(events.slice(0, 1))
  })

  it('throws where the connection breaks', async () => {
    const broken = answer([], (controller) => controller.error(new TypeError('terminated')))
    await expect(seen(broken)).rejects.toThrow(TypeError)
  })

  it('ends when it is told to, though nothing comes', async () => {
    const wish = new AbortController()
    const reading = seen(
      answer([], () => undefined),
      wish.signal,
    )
    wish.abort()
    expect(await reading).toEqual([])
  })
})
