import { Counter, Histogram, type Registry } from 'prom-client'

/** What the guard says, and what it takes to read. */
export interface GuardMetrics {
  /** A picture was judged, or could not be and is for people. */
  guardJudged(overall: 'adoptable' | 'needs_human' | 'reject'): void
  /** The texts of one picture were read, or given up. */
  textsRead(seconds: number): void
}

/** Makes these metrics. */
export function watchGuard(registers: Registry[]): GuardMetrics {
  const verdicts = new Counter({
    name: 'darkroom_guard_verdicts_total',
    help: 'Pictures judged since start, by verdict.',
    labelNames: ['overall'],
    registers,
  })
  const seconds = new Histogram({
    name: 'darkroom_guard_text_seconds',
    help: 'How long reading the texts of one picture took, waiting for the reader included.',
    buckets: [0.25, 0.5, 1, 2, 5, 10, 30, 90],
    registers,
  })
  return { guardJudged: (overall) => verdicts.inc({ overall }), textsRead: (took) => seconds.observe(took) }
}
