import type { TraceContext } from '../../primitives/trace-context.ts'

/** What a span says of what it covers. Never a prompt, a picture, a key or an address with a query: only what a log line may hold. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | null | undefined>>

/** What begins. */
export interface SpanBeginning {
  name: string
  /** `server` = somebody asked us, `client` = we asked somebody, `consumer` = it waited in a queue. */
  kind: 'server' | 'client' | 'consumer'
  /** What it belongs to; null begins a trace. */
  parent: TraceContext | null
  attributes?: SpanAttributes
}

/** How it ended. */
export interface SpanEnd {
  attributes?: SpanAttributes
  /** Why it failed, in a word (`error.type`); null or absent = it did not. */
  failed?: string | null
}

/** What is over, told afterwards. Times in milliseconds since 1970. */
export interface EndedSpan extends SpanBeginning, SpanEnd {
  beganAtMs: number
  endedAtMs: number
}

/** What is going on. */
export interface TraceSpan {
  /** What belongs to it hangs from here. Without tracing: what it would have hung from itself. */
  readonly context: TraceContext | null
  end(how?: SpanEnd): void
}

/** Tells somebody how calls went, span by span. */
export interface Tracing {
  /** False where nobody listens: nothing needs to be looked up for it. */
  readonly isOn: boolean
  begin(span: SpanBeginning): TraceSpan
  /** Tells of something that is over; what is to be told is only asked for where somebody listens. */
  record(span: () => EndedSpan): void
  /** Sends what is left, for a short while. */
  close(): Promise<void>
}

/** Nobody listens: callers' own traces are carried on to the record and the log, and that is all. */
export const noTracing: Tracing = {
  isOn: false,
  begin: ({ parent }) => ({ context: parent, end: () => undefined }),
  record: () => undefined,
  close: async () => undefined,
}
