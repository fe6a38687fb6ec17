/** What the gateway takes as dollars of a setting: digits, and up to nine behind a point. A comma of other languages is a point. */
export function readDollars(text: string): string | null {
  const plain = text.trim().replace(/^\$/, '').replace(',', '.')
  return /^\d{1,8}(\.\d{1,9})?$/.test(plain) ? plain : null
}
