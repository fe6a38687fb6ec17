import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutUp } from './fixtures/relay-harness.ts'
import { SseSplitter } from './sse-splitter.ts'

interface SplitFrame {
  event: string | null
  data: string[]
}

function split(pieces: Buffer[]): SplitFrame[] {
  const frames: SplitFrame[] = []
  let frame: SplitFrame = { event: null, data: [] }
  const splitter = new SseSplitter({
    eventType: (type) => {
      frame.event = type
    },
    dataLine: () => frame.data.push(''),
    data: (piece, from, to) => frame.data.push(frame.data.pop() + piece.toString('latin1', from, to)),
    frameEnds: () => {
      frames.push(frame)
      frame = { event: null, data: [] }
    },
  })
  for (const piece of pieces) splitter.feed(piece)
  return frames
}

const splitText = (text: string) => split([Buffer.from(text)])

const plainText = fc.string({ maxLength: 40 }).map((text) => text.replace(/[^\x21-\x7e]/g, 'x'))
const line = fc.oneof(
  plainText.map((type) => ({ text: `event: ${type}`, event: type })),
  plainText.map((value) => ({ text: `data: ${value}`, data: value })),
  plainText.map((value) => ({ text: `data:${value}`, data: value })),
  plainText.map((comment) => ({ text: `: ${comment}` })),
  plainText.map((value) => ({ text: `id: ${value}` })),
  fc.constant({ text: 'data', data: '' }),
)
const lineEnd = fc.constantFrom('\n', '\r\n', '\r')

describe('SseSplitter', () => {
  it('finds the same frames however the stream is cut and whichever line ends it uses', () => {
    const stream = fc.array(fc.array(line, { maxLength: 6 }), { maxLength: 6 })
    fc.assert(
      fc.property(stream, lineEnd, fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (frames, end, cuts) => {
        const text = frames.map((lines) => [...lines.map((each) => each.text), ''].join(end) + (lines.length > 0 ? end : '')).join('')
        const expected = frames
          .filter((lines) => lines.length > 0)
          .map((lines) => ({
            event: lines.findLast((each) => 'event' in each)?.event ?? null,
            data: lines.flatMap((each) => ('data' in each ? [each.data] : [])),
          }))
        expect(split(cutUp(Buffer.from(text), cuts))).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('skips a byte order mark, whole or cut', () => {
    const stream = Buffer.from('\ufeffevent: a\n\n')
    expect(split([stream])).toEqual([{ event: 'a', data: [] }])
    expect(split(cutUp(stream, [1]))).toEqual([{ event: 'a', data: [] }])
  })

  it('takes off one space behind the colon and no more', () => {
    expect(splitText('data:  x\ndata:y\n\n')).toEqual([{ event: null, data: [' x', 'y'] }])
  })

  it('does not take longer names for a field', () => {
    expect(splitText('events: a\ndatas: b\nevent : c\nevent\n\n')).toEqual([{ event: '', data: [] }])
  })

  it('keeps no more of an event type than can mean anything', () => {
    const [frame] = split(cutUp(Buffer.from(`event: ${'a'.repeat(5000)}\n\n`), [100]))
    expect(frame!.event).toBe('a'.repeat(256))
  })
})
