import type { Advice } from '../contract/record.ts'

/** What a description says of a job. */
export type FoundSignal = Pick<Advice['understood'][number], 'signal' | 'value'>

/** Words that speak for a signal, in each language. */
interface WordRule extends FoundSignal {
  en: RegExp
  ja: RegExp
  zh: RegExp
}

/** Rough on purpose: they decide only where the job's own fields are silent, and the answer shows what was read out of the words. */
const rules: readonly WordRule[] = [
  {
    signal: 'by_hand',
    value: true,
    en: /\b(?:by hand|manual(?:ly)?|by myself|just (?:me|once)|one[- ]off|in chatgpt|without (?:code|coding|programming)|no[- ]code)\b/i,
    ja: /手作業|手動|自分で(?:作|試)|一回だけ|一度だけ|単発|コード(?:を書かず|なし)|ノーコード|チャットGPTで|ChatGPT ?で/i,
    zh: /手动|手工|自己(?:做|画|试)|一次性|只做一(?:张|次)|不写代码|无代码|用 ?ChatGPT/i,
  },
  {
    signal: 'conversation',
    value: true,
    en: /\b(?:chat ?bots?|chats?|conversations?|conversational|dialogues? with|multi[- ]turn|several turns|back and forth|follow[- ]up (?:questions|changes|requests))\b/i,
    ja: /会話|対話|チャット(?!GPT)|マルチターン|複数(?:回|ターン)(?:の|で)?(?:やり取り|やりとり|修正)|やり取りしながら|やりとりしながら/,
    zh: /对话|聊天|多轮|会话|来回(?:修改|沟通)|逐轮/,
  },
  {
    signal: 'several_steps',
    value: true,
    en: /\b(?:agents?|workflows?|pipelines? of|multi[- ]step|several steps|step of (?:a|an|the)|assistant (?:that|which|flow)|then (?:write|draw|publish|post)s?)\b/i,
    ja: /エージェント|ワークフロー|アシスタント(?:が|の一部)|多段|複数(?:の)?(?:ステップ|工程)|一連の(?:処理|流れ)|フローの(?:一部|途中)/,
    zh: /智能体|工作流|助手(?:流程|会|来)|多步|多个步骤|流程(?:中|里)的一(?:步|环)/,
  },
  {
    signal: 'other_tools',
    value: true,
    en: /\b(?:web search|search(?:es|ing)? the web|look(?:s|ing)? up|function call(?:s|ing)?|tool calls?|other tools|code interpreter|file search|mcp)\b/i,
    ja: /(?:ウェブ|Web|ネット)検索|ファイル検索|関数呼び出し|ツール(?:呼び出し|を(?:使|呼))|他のツール|コード(?:実行|インタープリタ)/i,
    zh: /(?:网络|网页|联网)搜索|上网(?:查|搜)|文件检索|函数调用|工具调用|其他工具|代码(?:执行|解释器)/,
  },
  {
    signal: 'edit',
    value: true,
    en: /\b(?:edit(?:s|ed|ing)?|retouch(?:es|ing)?|in-?paint(?:s|ing)?|masks?|replac(?:e|es|ing) the background|remov(?:e|es|ing) the|reference (?:images?|photos?|pictures?)|from (?:an|our|existing) (?:photos?|pictures?|images?))\b/i,
    ja: /編集|修正|加工|レタッチ|マスク|背景(?:を|の)(?:差し替|入れ替|変更|置き換|削除)|参照画像|元(?:の)?(?:写真|画像)|既存の(?:写真|画像)/,
    zh: /编辑|修改|修图|重绘|蒙版|遮罩|(?:换|替换|去掉|更换)背景|参考图|原图|现有(?:的)?(?:照片|图片)/,
  },
  {
    signal: 'many',
    value: true,
    en: /\b(?:batch(?:es)?|bulk|thousands|hundreds|mass[- ]produc\w+|catalogue of|nightly|overnight|\d{1,3}(?:,\d{3})+|[5-9]\d{2,}|[1-9]\d{3,} (?:pictures|images|photos|items))\b/i,
    ja: /一括|バッチ|大量|数百|数千|数万|毎晩|夜間(?:処理)?|\d{3,}(?:枚|点|件)/,
    zh: /批量|大批|成百上千|数百|数千|上千|几百|几千|每晚|夜间|\d{3,} ?(?:张|个|件)/,
  },
  {
    signal: 'fast',
    value: true,
    en: /\b(?:real[- ]?time|instant(?:ly)?|immediately|(?:within|in) (?:a few|\d|1\d) seconds|low latency|users? waits?|while (?:the|a) (?:user|customer) waits?)\b/i,
    ja: /リアルタイム|即時|すぐに(?:表示|見)|数秒|低遅延|待(?:たせ|っている)/,
    zh: /实时|即时|马上(?:看|显示)|几秒|低延迟|用户(?:在)?等/,
  },
  {
    signal: 'planning',
    value: true,
    en: /\b(?:info ?graphics?|diagrams?|dense text|lots of text|labell?ed|charts?|think(?:s|ing)? (?:before|first)|plans? (?:the|a|its) layout|reason(?:s|ing)? about|comics?|facts must)\b/i,
    ja: /インフォグラフィック|図解|ダイアグラム|文字(?:が|の)多|長い文章|レイアウトを(?:考え|計画)|考えてから|思考|漫画|マンガ/,
    zh: /信息图|图解|示意图|大量文字|密集文字|先(?:思考|规划|构思)|规划(?:版面|布局)|漫画/,
  },
  {
    signal: 'review',
    value: true,
    en: /\b(?:review(?:ed|s)?|approv(?:e|es|al|ed)|sign[- ]off|checked by (?:a person|people|someone)|human (?:check|in the loop)|goes public|customer[- ]facing)\b/i,
    ja: /レビュー|承認|確認してから|人(?:が|の)(?:確認|目視|チェック)|校閲|一般公開|公開前/,
    zh: /审核|审批|批准|人工(?:检查|确认|复核)|对外发布|公开前/,
  },
  {
    signal: 'provider_need',
    value: 'payment',
    en: /\b(?:cannot pay|can't pay|no credit card|local payment|alipay|wechat pay|invoice from|one bill|shared billing|prepaid credits)\b/i,
    ja: /支払(?:えない|いができない|い方法)|クレジットカードが(?:ない|使えない)|請求書払い|一つの請求/,
    zh: /无法(?:支付|付款)|没有(?:国际)?信用卡|支付宝|微信支付|人民币(?:结算|支付)|统一(?:账单|结算)/,
  },
  {
    signal: 'provider_need',
    value: 'compatibility',
    en: /\b(?:already (?:use|integrated with) (?:a|an|our) (?:gateway|provider|aggregator)|unified api|same api (?:for|as) (?:other|all)|existing gateway|compatib\w+ with (?:our|a|an) (?:gateway|provider))\b/i,
    ja: /統合API|統一API|既存の(?:ゲートウェイ|プロバイダ)|プロバイダ(?:ー)?との互換|同じAPIで/,
    zh: /统一(?:的)? ?API|聚合(?:平台|接口)|现有(?:的)?(?:网关|供应商)|中转|兼容(?:现有|我们的)/,
  },
  {
    signal: 'provider_need',
    value: 'support',
    en: /\b(?:support contract|local support|sla|account manager|support in (?:our|my) language)\b/i,
    ja: /サポート契約|SLA|日本語(?:の)?サポート|担当(?:者|営業)/,
    zh: /支持合同|SLA|中文(?:技术)?支持|客户经理|专属(?:客服|支持)/,
  },
  {
    signal: 'provider_need',
    value: 'fallback',
    en: /\b(?:fall[- ]?backs?|fail[- ]?over|second (?:source|route|provider)|backup provider|when openai is down)\b/i,
    ja: /フォールバック|予備(?:の|ルート)|代替(?:ルート|プロバイダ)|障害時/,
    zh: /备用(?:线路|供应商|通道)|故障(?:切换|转移)|后备|兜底/,
  },
  {
    signal: 'direct_artefact',
    value: true,
    en: /\b(?:banners?|hero images?|thumbnails?|posters?|icons?|logos?|product (?:shots?|photos?|pictures?)|illustrations?|covers?|stickers?|wallpapers?|flyers?)\b/i,
    ja: /バナー|サムネイル|ポスター|アイコン|ロゴ|商品(?:写真|画像)|挿絵|イラスト|表紙|ステッカー|壁紙|チラシ/,
    zh: /横幅|海报|缩略图|图标|标志|商品图|产品图|插图|插画|封面|贴纸|壁纸|传单/,
  },
]

/** English and Chinese say no before the word, Japanese behind it. */
const deniedBefore =
  /(?:\b(?:no|not|never|without|nor|don't|doesn't|isn't|aren't|won't|cannot|can't)\b[^.,;:!?]{0,24}|(?:不(?:需要|用|要|是|必)?|没有|无需|無需|无须|非)[^。，；：！？]{0,3})$/i
const deniedBehind =
  /^[^。、，；.,;]{0,6}(?:では(?:な|あり)|じゃな|(?:は|も|が)?(?:不要|なし|無し|無い|ない|なく)|しない|しません|はしな|使わな|必要(?:は)?な)/

/**
 * Reads signals out of a description in English, Japanese or Chinese, at most one for each signal; words that are denied do not count.
 * Languages may be mixed.
 */
export function signalsInWords(description: string): FoundSignal[] {
  const found: FoundSignal[] = []
  for (const { signal, value, en, ja, zh } of rules) {
    if (found.some((known) => known.signal === signal)) continue
    if ([en, ja, zh].some((pattern) => isSaid(description, pattern))) found.push({ signal, value })
  }
  return found
}

function isSaid(description: string, pattern: RegExp): boolean {
  const every = new RegExp(pattern, `${pattern.flags}g`)
  for (const { 0: words, index } of description.matchAll(every)) {
    const before = description.slice(Math.max(0, index - 40), index)
    const behind = description.slice(index + words.length, index + words.length + 24)
    if (!deniedBefore.test(before) && !deniedBehind.test(behind)) return true
  }
  return false
}
