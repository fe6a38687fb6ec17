/** Labels as people write them: `name:value`, separated by commas. */
export const labelsText = (labels: Record<string, string>) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}:${value}`)
    .join(', ')

/** What is between commas, none of it empty. */
export const wordsOf = (text: string) =>
  text
    .split(/[,、，]/)
    .map((word) => word.trim())
    .filter((word) => word !== '')

/** The labels that somebody wrote; null where one has no name or no value. */
export function readLabels(text: string): Record<string, string> | null {
  const pairs = wordsOf(text).map((word) => [word.slice(0, word.indexOf(':')).trim(), word.slice(word.indexOf(':') + 1).trim()] as const)
  if (pairs.some(([name, value]) => name === '' || value === '') || wordsOf(text).some((word) => !word.includes(':'))) return null
  return Object.fromEntries(pairs)
}
