/** Of one prompt; what comes behind them is not found. */
export const MOST_WORDS = 256
/** Letters of a word that count. */
const LONGEST_WORD = 40

/** Written without spaces, or with so few that words cannot be told apart by them. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u30fc]/u
const unspacedRun = new RegExp(`(?:${unspaced.source}\\p{M}*)+|(?:(?!${unspaced.source})[\\p{L}\\p{N}\\p{M}])+`, 'gu')
const han = /\p{Script=Han}/u
/** Accents of Latin, Greek and Cyrillic letters: whoever searches may leave them out. Marks of other scripts are letters. */
const accents = /[\u0300-\u036f]/g

/**
 * The words that a text is found by, each once, in the order they come: compatibility forms folded (NFKC), small letters, without accents. Scripts without
 * spaces give pairs of neighbouring characters, and each Han character by itself, since one is often the whole word that is looked for.
 * @example promptWords('A Café at 夜明け') // ['a', 'cafe', 'at', '夜', '明', '夜明', '明け']
 */
export function promptWords(text: string): string[] {
  const words = new Set<string>()
  for (const [run] of text.normalize('NFKC').toLowerCase().matchAll(unspacedRun)) {
    for (const word of unspaced.test(run) ? pairsOf(run) : [spacedWord(run)]) if (word !== '') words.add(word)
    if (words.size >= MOST_WORDS) break
  }
  return [...words].slice(0, MOST_WORDS)
}

function spacedWord(run: string): string {
  const bare = run.normalize('NFD').replace(accents, '').normalize('NFC')
  return [...bare].slice(0, LONGEST_WORD).join('')
}

function pairsOf(run: string): string[] {
  const characters = [...run]
  if (characters.length === 1) return characters
  const pairs = characters.slice(1).map((character, index) => characters[index]! + character)
  return [...characters.filter((character) => han.test(character)), ...pairs]
}
