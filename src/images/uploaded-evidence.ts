import type { ImageFacts } from '../pixels/index.ts'
import type { Evidence, Finding } from './evidence.ts'

/** What a ticket wanted of a picture that somebody made by hand. */
export interface WantedByHand {
  model: string
  size: string | null
  format: string | null
}

/**
 * What can be said of a picture that was uploaded: nobody answered a call, so there is nothing but the file. Its content credentials are read and
 * checked afterwards, like those of any other.
 */
export function uploadedEvidence({ model, size, format }: WantedByHand, facts: ImageFacts): Evidence {
  const got = `${facts.width}x${facts.height}`
  const sizeDiffers = size !== null && size !== got
  const credentials = facts.hasContentCredentials
    ? 'a C2PA manifest is embedded; it was not verified'
    : 'no C2PA manifest; re-encoding removes it'
  const findings: Finding[] = [
    {
      signal: 'pixels',
      verdict: 'none',
      detail: size === null ? `${got}; none was wanted` : sizeDiffers ? `wanted ${size}, got ${got}` : `${got}, as wanted`,
    },
    { signal: 'format', verdict: 'none', detail: format === null ? `${facts.format}; none was wanted` : `${facts.format}, as wanted` },
    { signal: 'content_credentials', verdict: 'none', detail: credentials },
  ]
  return {
    asked: { model, size: size ?? 'auto', quality: 'auto', output_format: format ?? facts.format, background: 'auto' },
    got: {
      ...{ model: null, size: null, quality: null, output_format: null, background: null },
      width: facts.width,
      height: facts.height,
      format: facts.format,
      complete: facts.complete,
      content_credentials: facts.hasContentCredentials,
    },
    findings,
    warnings: sizeDiffers
      ? [{ code: 'size_not_honoured', param: 'size', message: `The picture is not what was wanted: ${size} was, and it is ${got}.` }]
      : [],
  }
}
