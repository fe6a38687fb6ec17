import type { PixelSize } from '../../contract/image-request.ts'
import { isNegated, type NegationWords } from './is-negated.ts'

/** A shape of the picture that a prompt names. */
interface AskedShape {
  /** As the prompt writes it. */
  words: string
  fits: (ratio: number) => boolean
}

/** The first words of a prompt that name another shape than the size has; null when none do. @param prompt without what it quotes */
export function contradictedShape(prompt: string, size: PixelSize): string | null {
  const ratio = size.width / size.height
  return shapesIn(prompt).find(({ fits }) => !fits(ratio))?.words ?? null
}

/** Shapes closer than this are taken for the same: sizes must be multiples of 16. */
const TOLERANCE = 0.05

const near = (wanted: number) => (ratio: number) => Math.abs(ratio / wanted - 1) <= TOLERANCE

const orientations: readonly { words: RegExp; fits: AskedShape['fits'] }[] = [
  {
    words:
      /\b(?:portrait|vertical)\s+(?:orientation|format|aspect)\b|縦長の(?:画像|写真|構図|イラスト|フォーマット|サイズ|キャンバス)|縦長(?:で|に)(?:描|作|し|生成)|縦構図|縦位置|竖版|竖构图|竖幅|竖向构图/gi,
    fits: (ratio) => ratio < 1,
  },
  {
    words:
      /\b(?:landscape|horizontal)\s+(?:orientation|format|aspect)\b|横長の(?:画像|写真|構図|イラスト|フォーマット|サイズ|キャンバス)|横長(?:で|に)(?:描|作|し|生成)|横構図|横位置|横版|横构图|横向构图/gi,
    fits: (ratio) => ratio > 1,
  },
  {
    words: /\bsquare\s+(?:format|aspect|image)\b|正方形の(?:画像|構図|フォーマット|サイズ|キャンバス)|正方形构图|正方形画幅|方形构图/gi,
    fits: near(1),
  },
]

/** Proportions in use for pictures; other pairs of numbers are scores, times and scales. */
const proportion = /(?<![\d:：.])(1|2|3|4|5|9|16|21)\s?[:：]\s?(1|2|3|4|5|9|16|21)(?![\d:：])/g
const proportions = new Set(['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '9:21', '21:9', '2:1', '1:2'])
const cueBefore =
  /(?:\bratio|\bformat|--ar|アスペクト比|縦横比|比率|宽高比|长宽比|画幅|画面比例|比例)\s*(?:of|is|to|:|=|は|を|が|为|是|：)?\s*$/i
const cueAfter =
  /^\s*-?(?:aspect|ratio|format|image|crop|composition|widescreen)\b|^\s*(?:の(?:画像|構図|比率|アスペクト|画面比|縦横比)|で(?:描|作|生成|お願い)|的?(?:图片|图像|画幅|构图|比例|横版|竖版|横图|竖图))/i
/** Alone between commas, as lists of wishes have it. */
const isAlone = (before: string, after: string) => /(?:^|[,;.(、，。（])\s*$/.test(before) && /^\s*(?:$|[,;.)、，。）])/.test(after)

const pixels = /(?<![\d.])(\d{3,4})\s*[x×✕]\s*(\d{3,4})(?![\d.])/gi

function shapesIn(prompt: string): AskedShape[] {
  return [...orientationsIn(prompt), ...proportionsIn(prompt), ...pixelsIn(prompt)]
}

function orientationsIn(prompt: string): AskedShape[] {
  return orientations.flatMap(({ words, fits }) => wanted(prompt, words).map((match) => ({ words: match[0], fits })))
}

function proportionsIn(prompt: string): AskedShape[] {
  return wanted(prompt, proportion).flatMap((match) => {
    const [before, after] = [prompt.slice(0, match.index), prompt.slice(match.index + match[0].length)]
    const isCued = cueBefore.test(before) || cueAfter.test(after) || isAlone(before, after)
    const isKnown = proportions.has(`${match[1]}:${match[2]}`)
    return isKnown && isCued ? [{ words: match[0], fits: near(Number(match[1]) / Number(match[2])) }] : []
  })
}

function pixelsIn(prompt: string): AskedShape[] {
  return wanted(prompt, pixels).map((match) => ({ words: match[0], fits: near(Number(match[1]) / Number(match[2])) }))
}

/** What is shown in the picture has proportions of its own. */
const ofThings =
  /(?:\b(?:tv|television|monitor|screen|display|phone|smartphone|laptop|tablet|projector|billboard|window|frame|book|scale)\b|テレビ|モニター|スクリーン|スマホ|看板|窓|电视|屏幕|显示器|手机|画框|窗)[^.。;；\n]{0,24}$/i
const notWanted: NegationWords = {
  before:
    /\b(?:no|not|never|without|avoid|than|isn['’]t|don['’]t)\b[^.,;:!?]{0,16}$|instead\s+of\s+(?:a\s+|the\s+)?$|(?:不要|不是|不用|避免|而非|别)[^，。；]{0,4}$/i,
  after: /^(?:的图?片?)?(?:ではな|じゃな|でなく|にしない|以外|は避け|を避け)/,
}

function wanted(prompt: string, words: RegExp): RegExpExecArray[] {
  return Array.from(prompt.matchAll(words)).filter((match) => {
    const place = { from: match.index, length: match[0].length }
    return !isNegated(prompt, place, notWanted) && !ofThings.test(prompt.slice(Math.max(0, match.index - 48), match.index))
  })
}
