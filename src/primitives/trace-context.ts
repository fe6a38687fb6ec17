/** Where a call belongs in somebody's trace, as W3C Trace Context writes it (https://www.w3.org/TR/trace-context/). */
export interface TraceContext {
  /** 32 hexadecimal digits, not all 0. */
  traceId: string
  /** 16 hexadecimal digits, not all 0. */
  spanId: string
  /** Whoever began the trace keeps it. */
  isSampled: boolean
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** Reads a `traceparent` header; null for one that is missing or says nothing: a trace that cannot be read is begun anew, never refused. */
export function readTraceparent(text: string | readonly string[] | null | undefined): TraceContext | null {
  const match = typeof text === 'string' ? TRACEPARENT.exec(text) : null
  if (match === null) return null
  const [, version, traceId, spanId, flags, further] = match
  // Version 00 ends here; later ones may add to it.
  if (version === 'ff' || (version === '00' && further !== undefined)) return null
  if (/^0+$/.test(traceId!) || /^0+$/.test(spanId!)) return null
  return { traceId: traceId!, spanId: spanId!, isSampled: (Number.parseInt(flags!, 16) & 1) === 1 }
}

/** The same as a header. */
export function writeTraceparent({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`
}
