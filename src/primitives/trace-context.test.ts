import { describe, expect, it } from 'vitest'
import { readTraceparent, writeTraceparent } from './trace-context.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

describe('readTraceparent', () => {
  it.each([
    ['sampled', `00-${traceId}-${spanId}-01`, true],
    ['not sampled', `00-${traceId}-${spanId}-00`, false],
    ['with flags nobody knows yet', `00-${traceId}-${spanId}-fd`, true],
    ['of a later version, with more in it', `01-${traceId}-${spanId}-01-more`, true],
  ])('reads one that is %s', (_, text, isSampled) => {
    expect(readTraceparent(text)).toEqual({ traceId, spanId, isSampled })
  })

  it.each([
    ['missing', undefined],
    ['given twice', [`00-${traceId}-${spanId}-01`, `00-${traceId}-${spanId}-01`]],
    ['given twice, joined', `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['a span of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['in capitals', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['of the version that is none', `ff-${traceId}-${spanId}-01`],
    ['of version 00 with more in it', `00-${traceId}-${spanId}-01-more`],
    ['cut', `00-${traceId}-${spanId}`],
    ['something else', 'a capybara'],
  ])('finds nothing in one that is %s', (_, text) => {
    expect(readTraceparent(text)).toBeNull()
  })

  it('reads what writeTraceparent wrote', () => {
    for (const isSampled of [true, false])
      expect(readTraceparent(writeTraceparent({ traceId, spanId, isSampled }))).toEqual({ traceId, spanId, isSampled })
  })
})
