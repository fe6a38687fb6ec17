import { quotationsIn } from './unquoted.ts'

const cuesBefore =
  /\b(?:texts?|title|headline|heading|caption|label|labell?ed|slogan|tagline|sign|lettering|letters|inscription|subtitle|button|words?|reads?|reading|(?:that|which)\s+says|written|spelling|spells)\b[^.。!?"“”「」\n]{0,24}$|(?:文字|テキスト|タイトル|見出し|看板|ラベル|キャッチコピー|字幕|题字|標題)[^。「」\n]{0,10}$|(?:文字|标题|字样|标语|写着|写有|写上|文案|招牌|标签|口号)[^。“”「」\n]{0,10}$/i
const cuesAfter =
  /^(?:という|の)(?:文字|テキスト|タイトル|見出し|看板)|^と(?:書|描|入れ|表示|記|あ)|^(?:的)?(?:字样|文字|标题|标语|[几两三四五六]个大?字)/
/** Words that say the language of what is quoted. */
const language =
  /\b(?:in|the)\s+(?:english|japanese|chinese|korean|french|german|spanish|italian|portuguese|arabic|russian|hindi|thai)\b|(?:日本語|英語|中国語|韓国語|フランス語|ドイツ語)(?:で|の)|(?:中文|英文|日文|韩文|法文|德文|英语|日语|汉语|法语)/i

/**
 * Texts that a prompt quotes for the picture to show, and of which neither the call nor the prompt says the language: nobody can check them
 * afterwards. Quotation marks alone are not enough: people quote names and moods too.
 * @param declared texts that the call declares with their languages
 */
export function unlabelledTexts(prompt: string, declared: readonly string[]): string[] {
  if (language.test(prompt)) return []
  return quotationsIn(prompt)
    .filter(({ text, before, after }) => text.trim() !== '' && (cuesBefore.test(before.slice(-60)) || cuesAfter.test(after.slice(0, 12))))
    .map(({ text }) => text)
    .filter((text) => !declared.includes(text))
}
