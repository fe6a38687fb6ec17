import type { TokenCounts } from './bill.ts'

/** The `usage` object of an answer, in upstream's names. */
export interface UsageReport {
  input_tokens: number
  input_tokens_details?: { image_tokens: number; text_tokens: number }
  output_tokens: number
  output_tokens_details?: { image_tokens: number; text_tokens: number }
  total_tokens: number
}

/** How a script spoils the usage of an answer; the invoice stays true. */
export type UsageFault = 'missing' | 'nodetails' | 'negative' | 'huge'

/**
 * What the answer says was used.
 * @param previewsInUsage whether `output_tokens` holds the previews; upstream does not say, both are possible.
 */
export function usageReport(counts: TokenCounts, previewsInUsage: boolean): UsageReport {
  const input = counts.textIn + counts.imageIn
  const output = counts.pictureOut + (previewsInUsage ? counts.previewOut : 0)
  return {
    input_tokens: input,
    input_tokens_details: { image_tokens: counts.imageIn, text_tokens: counts.textIn },
    output_tokens: output,
    output_tokens_details: { image_tokens: output, text_tokens: 0 },
    total_tokens: input + output,
  }
}

/**
 * The share of each picture in a call's tokens, for streams, where every picture has a completed event of its own.
 * The shares add up to the whole; the last one takes what does not divide.
 */
export function sharedCounts(counts: TokenCounts, n: number): TokenCounts[] {
  const share = (whole: number, index: number) => (index < n - 1 ? Math.floor(whole / n) : whole - (n - 1) * Math.floor(whole / n))
  return Array.from({ length: n }, (_, index) => ({
    textIn: share(counts.textIn, index),
    imageIn: share(counts.imageIn, index),
    pictureOut: share(counts.pictureOut, index),
    previewOut: share(counts.previewOut, index),
  }))
}

/** The usage as a script wants it shown; `undefined` leaves it out of the answer. */
export function spoiledUsage(usage: UsageReport, fault: UsageFault | undefined): UsageReport | undefined {
  switch (fault) {
    case undefined:
      return usage
    case 'missing':
      return undefined
    case 'nodetails':
      return { input_tokens: usage.input_tokens, output_tokens: usage.output_tokens, total_tokens: usage.total_tokens }
    case 'negative':
      return withOutput(usage, -usage.output_tokens)
    case 'huge':
      return withOutput(usage, 1_000_000_000_000)
  }
}

function withOutput(usage: UsageReport, output: number): UsageReport {
  const details = { image_tokens: output, text_tokens: 0 }
  return { ...usage, output_tokens: output, output_tokens_details: details, total_tokens: usage.input_tokens + output }
}
