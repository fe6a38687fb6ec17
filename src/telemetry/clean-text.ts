/** Longest text in a log field. */
export const MAX_TEXT_LENGTH = 1_024

/** Shapes that no log needs, each with what stands in its place. The names of fields are the first wall; this is the second, for texts of errors. */
const masks: readonly (readonly [RegExp, string])[] = [
  // Control characters forge lines and drive terminals.
  [/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' '],
  [/\b(Bearer|Basic)\s+[^\s"',]+/gi, '$1 [key]'],
  // Keys of OpenAI and of this gateway.
  [/\b(?:sk|dk)[-_][\w*.-]{8,}/g, '[key]'],
  // User names, passwords and queries in addresses.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"']*@/gi, '$1'],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s?#"']*)[?#][^\s"']*/gi, '$1'],
  // Image data: longer runs of base64 than any hash or id.
  [/[A-Za-z0-9+/_-]{160,}={0,2}/g, '[base64]'],
]

/** Makes a text fit for a log: one line, at most 1 KB, no key, no query, no image data. */
export function cleanText(text: string): string {
  // Cut before masking too, so that a text of megabytes costs no more than a few kilobytes; the margin keeps what is masked whole.
  const clean = masks.reduce((rest, [shape, stand]) => rest.replace(shape, stand), text.slice(0, 4 * MAX_TEXT_LENGTH))
  return clean.length > MAX_TEXT_LENGTH ? `${clean.slice(0, MAX_TEXT_LENGTH - 1)}…` : clean
}
