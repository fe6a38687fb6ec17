import type { ImageRequest } from '../contract/image-request.ts'
import { chooseKeyColour, type KeyColour, keyPrompt } from '../retouch/index.ts'

/** A request as the model gets it. */
export interface SentRequest {
  request: ImageRequest
  /** The flat background that is taken out afterwards; null when none is. */
  keyColour: KeyColour | null
}

/**
 * What the model is asked, where that is not what the caller asked: a transparent background that it would refuse becomes a flat one that
 * can be keyed out. Everything that counts, prices or compares works on what was sent; the record's shape says what was asked.
 */
export function asSent(asked: ImageRequest): SentRequest {
  if (!asked.retouch.keyTransparency) return { request: asked, keyColour: null }
  const keyColour = chooseKeyColour(asked.prompt)
  const prompt = keyPrompt(asked.prompt, keyColour)
  const wire = { ...asked.wire, prompt, background: 'opaque' }
  return { request: { ...asked, prompt, background: 'opaque', wire }, keyColour }
}
