/** What says that the words beside it are not wanted. */
export interface NegationWords {
  /** Ends where they begin. */
  before: RegExp
  /** Begins where they end. */
  after: RegExp
}

/** True where a prompt says of some of its words that it does not want that. */
export function isNegated(prompt: string, { from, length }: { from: number; length: number }, { before, after }: NegationWords): boolean {
  return before.test(prompt.slice(Math.max(0, from - 40), from)) || after.test(prompt.slice(from + length, from + length + 16))
}
