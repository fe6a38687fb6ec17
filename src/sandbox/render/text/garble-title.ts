import type { TitleText } from './split-prompt.ts'

/** Letters that image models take for one another, each with the one it becomes. */
const lookalikes: Readonly<Record<string, string>> = {
  a: 'o',
  b: 'h',
  c: 'e',
  d: 'cl',
  e: 'c',
  f: 't',
  g: 'q',
  h: 'n',
  i: 'l',
  j: 'i',
  k: 'x',
  l: 'i',
  m: 'rn',
  n: 'm',
  o: 'a',
  p: 'q',
  q: 'g',
  r: 'n',
  s: 'z',
  t: 'f',
  u: 'v',
  v: 'u',
  w: 'vv',
  x: 'k',
  y: 'v',
  z: 's',
}

const letters = /\p{Letter}/gu

/** A title as a model that cannot spell sets it: one letter near the middle of the headline is another. */
export function garbleTitle({ headline, deck }: TitleText): TitleText {
  const found = [...headline.matchAll(letters)]
  const letter = found[found.length >> 1]
  if (!letter) return { headline: `${headline}?`, deck }
  const end = letter.index + letter[0].length
  return { headline: headline.slice(0, letter.index) + otherLetter(letter[0]) + headline.slice(end), deck }
}

function otherLetter(letter: string): string {
  const lower = letter.toLowerCase()
  const other = lookalikes[lower]
  if (other === undefined) return letter === '口' ? '日' : '口'
  return letter === lower ? other : other.toUpperCase()
}
