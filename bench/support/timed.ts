import { quantile } from './quantile.ts'

/** Runs work and says how long it took. */
export async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const startMs = performance.now()
  const result = await work()
  return { result, ms: performance.now() - startMs }
}

/** Median and slowest of some times, in words. */
export function inWords(timesMs: readonly number[]): string {
  const [median, slowest] = [0.5, 1].map((q) => quantile(timesMs, q).toFixed(1))
  return `median ${median} ms   slowest ${slowest} ms   (${timesMs.length} runs)`
}
