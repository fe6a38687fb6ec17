import type { Secret } from '../primitives/secret.ts'

/** Cleans a text that came from outside and cuts it to a length. */
export type Redact = (text: string, maxLength: number) => string

/**
 * Makes the cleaner for texts of one upstream: they may quote the key we sent (whole, or as `sk-…abcd` and `afk_…abcd`), name the
 * account behind it, or hold control characters that would forge log lines. Caller and log see what is left.
 */
export function redactorFor(key: Secret | null): Redact {
  const value = key?.reveal() ?? ''
  return (text, maxLength) => {
    const oneLine = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    const withoutKey = value === '' ? oneLine : oneLine.replaceAll(value, '[key]')
    return withoutKey
      .replace(/\b(?:sk-|afk_)[\w*.-]{4,}/g, '[key]')
      .replace(/\bBearer\s+[^\s"']{4,}/gi, 'Bearer [key]')
      .replace(/\b(?:org|proj)[-_][A-Za-z0-9]{8,}/g, '[account]')
      .slice(0, maxLength)
  }
}
