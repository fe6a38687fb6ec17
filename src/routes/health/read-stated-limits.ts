/** What upstream's limits count. */
export type LimitName = 'requests' | 'images' | 'tokens'

/** One limit per minute as an answer states it; null = not said, or not in words that mean anything. */
export interface StatedLimit {
  limit: number | null
  remaining: number | null
  /** Milliseconds until nothing of it is used any more. */
  resetMs: number | null
}

/** Upstream's names of each, the one that counts first. */
const namesInHeaders: Record<LimitName, readonly string[]> = {
  requests: ['requests'],
  images: ['input-images', 'images'],
  tokens: ['tokens'],
}

/**
 * Reads `x-ratelimit-{limit,remaining,reset}-{requests,tokens,input-images,images}`. Source of names and forms: answers of OpenAI's API
 * (`x-ratelimit-reset-tokens: 120ms`, `58.891s`, `1m12s`). Whatever else stands there is passed by; nothing throws.
 */
export function readStatedLimits(headers: Readonly<Record<string, string>>): Record<LimitName, StatedLimit> {
  const first = (name: LimitName, member: string, read: (text: string) => number | null): number | null => {
    for (const each of namesInHeaders[name]) {
      const text = headers[`x-ratelimit-${member}-${each}`]
      const value = text === undefined ? null : read(text.trim())
      if (value !== null) return value
    }
    return null
  }
  const stated = (name: LimitName): StatedLimit => ({
    // A limit of nothing would close the route for good, and it would not be true: this answer was let through.
    limit: first(name, 'limit', (text) => count(text) || null),
    remaining: first(name, 'remaining', count),
    resetMs: first(name, 'reset', durationMs),
  })
  return { requests: stated('requests'), images: stated('images'), tokens: stated('tokens') }
}

/** Twelve digits are more than any account has, and far from where figures lose their last place. */
function count(text: string): number | null {
  return /^\d{1,12}$/.test(text) ? Number(text) : null
}

/** `120ms`, `58.891s`, `1m12s`, `1h2m`, or seconds without a unit. Longer figures are dates or noise. */
function durationMs(text: string): number | null {
  if (/^\d{1,5}(\.\d{1,9})?$/.test(text)) return Number(text) * 1000
  const parts = /^(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5}(?:\.\d{1,9})?)s)?(?:(\d{1,8}(?:\.\d{1,9})?)ms)?$/.exec(text)
  if (parts === null || text === '') return null
  const [hours, minutes, seconds, milliseconds] = parts.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number]
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds
}
