/** Texts between quotation marks: theirs are the picture's words, not the caller's wishes. */
const quotation = /"[^"\n]*"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|「[^」\n]*」|『[^』\n]*』|(?<![\p{L}\p{N}])'[^'\n]+'(?![\p{L}\p{N}])/gu

/** A text between quotation marks, and what stands around it. */
export interface Quotation {
  text: string
  before: string
  after: string
}

/** What a prompt quotes, in its order. */
export function quotationsIn(prompt: string): Quotation[] {
  return Array.from(prompt.matchAll(quotation), (match) => ({
    text: match[0].slice(1, -1),
    before: prompt.slice(0, match.index),
    after: prompt.slice(match.index + match[0].length),
  }))
}

/** A prompt without what it quotes. */
export function unquoted(prompt: string): string {
  return prompt.replaceAll(quotation, '“”')
}
