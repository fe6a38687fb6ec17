import { isNegated, type NegationWords } from './is-negated.ts'

const english =
  /\b(?:transparent|see-through)\s+(?:png\s+)?(?:background|backdrop|bg|canvas|png)\b(?!\s+(?:texture|grid|pattern))|\bbackground\s+(?:should\s+be|must\s+be|to\s+be|is|:|=)\s*(?:fully\s+|completely\s+|100%\s+)?transparent\b(?!\s+(?:\p{L}+))|\bmake\s+(?:the\s+|its\s+)?background\s+(?:fully\s+|completely\s+)?transparent\b(?!\s+\p{L})|\balpha\s+channel\b/giu
const japanese =
  /(?:透過|透明)(?:な|の)?背景|背景(?:を|は|が)?(?:完全に)?(?:透過|透明(?!感|度|な(?!背景)|の(?!背景|ロゴ|アイコン|画像|png)))|透過\s*png|アルファチャンネル/giu
const chinese =
  /透明(?:的)?背景|背景(?:为|是|要|需要|设为|设置为|改为|改成|变为|变成|做成)?(?:完全|全)?透明(?!的(?!背景)|感|度|玻璃|塑料|亚克力|薄)|透明底(?!座|部|盘)|透明通道|alpha\s*通道|透明\s*png/giu

const words: NegationWords = {
  before:
    /\b(?:no|not|non|never|without|avoid|than|isn['’]t|don['’]t)\b[^.,;:!?]{0,16}$|non-$|instead\s+of\s+(?:a\s+|the\s+)?$|(?:不要|不用|不是|不能|不需要|无需|避免|禁止|而非|别|非)[^，。；]{0,6}$/i,
  after: /^[^、。，.]{0,4}?(?:しない|にしない|ではな|じゃな|せず|は不要|不要|を避け|は避け|なし|禁止|にはしない)/,
}

/** True for a prompt that asks for a transparent background; not for transparent things. @param prompt without what it quotes */
export function asksTransparency(prompt: string): boolean {
  return [english, japanese, chinese].some((wish) =>
    Array.from(prompt.matchAll(wish)).some((match) => !isNegated(prompt, { from: match.index, length: match[0].length }, words)),
  )
}
