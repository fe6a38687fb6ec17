import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readServerSentEvents, type ServerSentEvent } from './server-sent-events.ts'

const silenceMs = 60_000

function bodyOf(pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
}

async function read(...pieces: (string | Uint8Array)[]): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = []
  const bytes = pieces.map((piece) => (typeof piece === 'string' ? new TextEncoder().encode(piece) : piece))
  for await (const event of readServerSentEvents(bodyOf(bytes), silenceMs)) events.push(event)
  return events
}

describe('readServerSentEvents', () => {
  it('reads names, data of several lines and ids, passes comments over, and leaves out what is cut short', async () => {
    const text = ': hello\n\nevent: a\ndata: 1\ndata: 2\nid: 7\n\ndata:x\n\nevent: nothing\n\nid\ndata\n\nevent: cut\ndata: off'
    expect(await read(text)).toEqual([
      { event: 'a', data: '1\n2', lastEventId: '7' },
      { event: 'message', data: 'x', lastEventId: '7' },
      { event: 'message', data: '', lastEventId: '' },
    ])
  })

  it('reads the same whatever ends its lines and wherever its pieces are cut', async () => {
    const lines = ['event: größe', 'data: {"a": "飛ぶ"}', '', ': …', 'data: 2', '', '']
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('\n', '\r', '\r\n'), { minLength: lines.length, maxLength: lines.length }),
        fc.array(fc.nat(80)),
        async (ends, cuts) => {
          const bytes = new TextEncoder().encode(lines.map((line, index) => line + ends[index]).join(''))
          const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
          const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
          // A bare CR before a bare LF is one CRLF: then a line, the empty one, is gone.
          fc.pre(!ends.some((end, index) => end === '\r' && ends[index + 1] === '\n' && lines[index + 1] === ''))
          expect((await read(...pieces)).map(({ event, data }) => [event, data])).toEqual([
            ['größe', '{"a": "飛ぶ"}'],
            ['message', '2'],
          ])
        },
      ),
      { numRuns: 500 },
    )
  })

  it('takes a CRLF that a piece cuts in two for one end of a line, also where an empty line follows', async () => {
    expect(await read('data: 1\r', '\n', '\n', 'data: 2\r', '\n\r', '\n')).toMatchObject([{ data: '1' }, { data: '2' }])
  })

  it('takes a stream without a single byte for a broken one', async () => {
    let cancelled = false
    const silent = new ReadableStream<Uint8Array>({
      cancel() {
        cancelled = true
      },
    })
    await expect(readServerSentEvents(silent, 5).next()).rejects.toThrow('said nothing for 5 ms')
    expect(cancelled).toBe(true)
  })
})
