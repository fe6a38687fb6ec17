/**
 * True for an edit that plainly asks for more than one change. When in doubt it is one: what belongs to a change (its shadow, how it blends in)
 * and what is not to be done do not count.
 * @param prompt without what it quotes
 */
export function asksSeveralChanges(prompt: string): boolean {
  return englishChanges(prompt) > 1 || japaneseChanges(prompt) > 1 || chineseChanges(prompt) > 1
}

const countOf = (texts: readonly string[], isChange: (text: string) => boolean) => texts.filter(isChange).length

const englishChange =
  /^(?:please\s+)?(?:change|replace|swap|remove|delete|erase|add|insert|recolou?r|rename|rewrite|rotate|enlarge|shrink|resize|(?:make|turn|move|give|paint|put)(?=\s+(?:the|a|an|all|every|each|his|her|their|this|that|these|those)\b))\b(?!\s+of\b)/i
const englishNegation = /^(?:please\s+)?(?:do\s+not|don['’]t|never|without|avoid|no|not)\b/i
const englishDetail =
  /\b(?:it|its|them|they|that|same|shadows?|reflections?|look|looks|natural(?:ly)?|realistic(?:ally)?|seamless(?:ly)?|blend|match|matches|matching|consistent|accordingly|sure)\b/i

function englishChanges(prompt: string): number {
  const sentences = prompt.split(/[.!?;\n]+/)
  return sentences.reduce((count, sentence) => count + englishChangesOf(sentence), 0)
}

/** What follows a negation in the same sentence is not to be done either. */
function englishChangesOf(sentence: string): number {
  const pieces = sentence.split(/,|:|\b(?:and|then|also|finally|plus|next|now)\b/i).map((piece) => piece.replace(/^[\s\-*•()\d]+/, ''))
  const negated = pieces.findIndex((piece) => englishNegation.test(piece))
  const asked = negated === -1 ? pieces : pieces.slice(0, negated)
  // The first may well say what its result is to look like.
  return countOf(asked, (piece) => englishChange.test(piece) && (piece === firstChange(asked) || !englishDetail.test(piece)))
}

const firstChange = (pieces: readonly string[]) => pieces.find((piece) => englishChange.test(piece))

const japaneseVerbs = [
  ...['変え', '置き換え', '差し替え', '入れ替え', '書き換え', '塗り替え', '加え', '描き足し', '消し', '取り除い', '移し', '足し'],
  ...['変更', '削除', '除去', '追加', '移動', '拡大', '縮小', '回転', '交換'],
].join('|')
/** An object, its verb, and a form that asks: て, 、, the end of a sentence. Not 変えずに, 消さないで, 追加した. */
const japaneseChange = new RegExp(
  `を[^、。！？\\n]{0,30}?(?:${japaneseVerbs})(?:し?て(?![はも])|し(?=[、。])|する(?=[、。！\\n]|$)|し?ます|る(?=[。！\\n]|$)|(?=[、。！\\n]|$))`,
  'g',
)
const japaneseDetail = /それ|これ|影|自然|馴染|なじ|合わせ|違和感/

function japaneseChanges(prompt: string): number {
  const asked = prompt.split(/[。！\n]+/).flatMap((sentence) => Array.from(`${sentence}。`.matchAll(japaneseChange), whatFor))
  return countOf(asked, (piece) => !japaneseDetail.test(piece))
}

/** A match with the words that stand before it in its part of the sentence. */
function whatFor(match: RegExpExecArray): string {
  const before = match.input.slice(0, match.index)
  return before.slice(before.lastIndexOf('、') + 1) + match[0]
}

const chineseChange =
  /(?:换成|换为|替换|更换|改成|改为|变成|变为|删除|删掉|去掉|去除|移除|抹去|擦除|添加|加上|增加|加入|插入|移到|移动到|涂成|染成)(?!的|后|时|前|处|部分|区域)/
const chineseNegation = /不要|不得|不能|不可|不许|不用|无需|不必|避免|禁止|切勿|请勿|别|保持|保留|而不/
const chineseDetail = /它|其|阴影|影子|光影|光线|自然|匹配|一致|融合|协调/

function chineseChanges(prompt: string): number {
  const pieces = prompt.split(/[，。；！？、\n,;.]|并且|并|然后|同时|接着|最后|以及|再(?=把|将|添|加|删|去|换|改)/)
  return countOf(pieces, (piece) => chineseChange.test(piece) && !chineseNegation.test(piece) && !chineseDetail.test(piece))
}
