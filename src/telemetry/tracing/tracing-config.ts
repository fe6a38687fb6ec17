/** Where spans go. `config/read-tracing.ts` reads it from the OTEL_* variables. */
export interface TracingConfig {
  /** Of the traces alone, `…/v1/traces`. */
  url: string
  /** Sent along, such as a collector's key. */
  headers: Readonly<Record<string, string>>
  /** What the spans are of: `service.name` and whatever else. */
  resource: Readonly<Record<string, string>>
  sampler: TraceSampler
  /** @default that of the exporter, 10 s */
  timeoutMs?: number
}

/** Which traces are kept. With `parentBased`, a caller's trace is kept if the caller keeps it, and the share is of the others. */
export interface TraceSampler {
  parentBased: boolean
  /** From 0 to 1. */
  share: number
}
