import { UsageError } from './command.ts'

/** A rectangle in pixels. */
export interface GivenBox {
  x: number
  y: number
  width: number
  height: number
}

/** A text that a picture must show, as it stands on the command line. */
export interface GivenText {
  text: string
  lang: string
  box?: GivenBox
}

/** `en:Open daily`, or `en@60,40,420,90:Open daily` where it is known in which rectangle it stands. @throws UsageError */
export function declaredText(given: string): GivenText {
  const [, lang, box, text] = /^([A-Za-z][\w-]+)(?:@([^:]*))?:(.+)$/s.exec(given) ?? []
  if (lang === undefined || text === undefined)
    throw new UsageError(`--text expects a language and a text, like en:Open daily or en@60,40,420,90:Open daily, found '${given}'`)
  return { text, lang, ...(box === undefined ? {} : { box: givenBox('text', box) }) }
}

/** `60,40,420,90`: left, top, width, height. @throws UsageError */
export function givenBox(option: string, given: string): GivenBox {
  const numbers = /^(\d{1,5}),(\d{1,5}),(\d{1,5}),(\d{1,5})$/.exec(given)?.slice(1).map(Number)
  if (!numbers)
    throw new UsageError(`--${option} expects a rectangle as LEFT,TOP,WIDTH,HEIGHT in pixels, like 60,40,420,90, found '${given}'`)
  const [x, y, width, height] = numbers as [number, number, number, number]
  return { x, y, width, height }
}
