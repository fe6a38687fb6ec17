import type { JsonObject } from '../primitives/json.ts'

/**
 * A message that shows a picture of an earlier turn. It speaks as the user because only the user's messages may hold pictures (Responses
 * API); its words say whose picture it is.
 * @param revisedPrompt the words it was drawn from; null when they are not known
 * @param picture an `input_image` part; it is put in as it is, not copied
 */
export function shownPicture(callId: string, revisedPrompt: string | null, picture: JsonObject): JsonObject {
  const text = `This is the picture that image call ${callId} of this conversation made${drawnFrom(revisedPrompt)}.`
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }, picture] }
}

/** Words in place of such a picture, where it cannot be shown. */
export function mentionedPicture(callId: string, revisedPrompt: string | null): string {
  return `Image call ${callId} made a picture here${drawnFrom(revisedPrompt)}. It is not shown again.`
}

function drawnFrom(revisedPrompt: string | null): string {
  return revisedPrompt === null ? '' : `, drawn from: ${JSON.stringify(revisedPrompt)}`
}
