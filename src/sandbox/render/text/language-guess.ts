import type { Language } from './font-library.ts'

/** Says in which language's forms a stretch of Han characters is to be set. */
export type LanguageGuess = (phrase: string) => Language

/** Chinese words that Japanese print hardly uses without kana around them; all of them exist in both countries' character sets. */
const chineseWords = /[的是了在你他她我也都不把被很吧和]/gu

const EVEN = 0xa1
const LAST = 0xfe
const LAST_GB2312_ROW = 0xf7

let japanese: ReadonlySet<string> | undefined
let chinese: ReadonlySet<string> | undefined

/**
 * Learns from a whole text and answers for its phrases. Evidence is, in order: kana in the phrase; characters that only one of the
 * two national character sets has (报 is in GB 2312 alone, 気 in JIS X 0208 alone); the same evidence in the whole text;
 * common Chinese words. Without any, Japanese.
 */
export function guessLanguages(text: string): LanguageGuess {
  const whole = evidence(text) || weakEvidence(text)
  return (phrase) => ((evidence(phrase) || whole) < 0 ? 'zh' : 'ja')
}

/** Positive for Japanese, negative for Chinese, zero for none. */
function evidence(phrase: string): number {
  if (/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(phrase)) return 1
  japanese ??= readCharacterSet('euc-jp', LAST)
  chinese ??= readCharacterSet('gbk', LAST_GB2312_ROW)
  let balance = 0
  for (const character of phrase) {
    if (japanese.has(character) && !chinese.has(character)) balance++
    if (chinese.has(character) && !japanese.has(character)) balance--
  }
  return balance
}

function weakEvidence(text: string): number {
  return -(text.match(chineseWords)?.length ?? 0)
}

/** All Han characters of a two-byte national set, read through the decoders that Node carries; takes about 30 ms, once. */
function readCharacterSet(encoding: 'euc-jp' | 'gbk', lastRow: number): ReadonlySet<string> {
  const bytes = new Uint8Array(2 * (lastRow - EVEN + 1) * (LAST - EVEN + 1))
  let at = 0
  for (let row = EVEN; row <= lastRow; row++) {
    for (let cell = EVEN; cell <= LAST; cell++) {
      bytes[at++] = row
      bytes[at++] = cell
    }
  }
  return new Set(new TextDecoder(encoding).decode(bytes).match(/\p{Script=Han}/gu))
}
