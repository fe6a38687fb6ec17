import type { Chance } from '../../src/sandbox/render/chance.ts'
import type { Language } from '../../src/sandbox/render/text/font-library.ts'

/** A script of the set. */
export type Script = 'latin' | 'japanese' | 'chinese'

export const scripts = ['latin', 'japanese', 'chinese'] as const

/** How each is declared, and in whose fonts it is set. */
export const settings: Record<Script, { lang: string; font: Language }> = {
  latin: { lang: 'eng', font: 'ja' },
  japanese: { lang: 'jpn', font: 'ja' },
  chinese: { lang: 'chi_sim', font: 'zh' },
}

const texts: Record<Script, readonly string[]> = {
  latin: [
    'SUMMER SALE',
    'Freshly roasted',
    'OPEN 24 HOURS',
    'Harbour Hotel',
    'No. 5 Paradise Lane',
    'Grand Opening',
    'Save 25% today',
    'JAZZ IN JUNE',
    'Farm to table',
    'Winter Collection',
    'Best before 2027',
    'Made in Portugal',
    'Gluten free bread',
    'Quiet Mornings',
    'FINAL REDUCTIONS',
    'The Lighthouse',
    'Organic honey 250 g',
    'Members only',
    'Platform 12',
    'Original recipe',
  ],
  japanese: [
    '新茶入荷',
    '本日限り半額',
    '静かな港の朝',
    '珈琲と焼き菓子',
    '営業時間のご案内',
    '夏の特別セール',
    '東京駅前店',
    '手作りパン工房',
    '冬の新作発表',
    '駐車場はこちら',
    '北海道産牛乳',
    '季節限定メニュー',
    '送料無料',
    '創業百年の味',
    '読書の秋フェア',
    '温泉旅館',
  ],
  chinese: [
    '今日特价咖啡',
    '欢迎光临',
    '图书馆开放时间',
    '新品上市',
    '全场八折优惠',
    '手工面包',
    '春季新款发布',
    '上海老字号',
    '请勿吸烟',
    '会员专享价格',
    '有机蜂蜜',
    '停车场入口',
    '限时抢购',
    '冬季展览',
    '安静的早晨',
    '免费送货',
  ],
}

/** Letters and digits that are taken for one another. */
const latinAlike: Readonly<Record<string, string>> = {
  ...{ a: 'o', b: 'h', c: 'e', d: 'a', e: 'c', f: 't', g: 'q', h: 'n', i: 'j', k: 'x', l: 't', m: 'n', n: 'u', o: 'a', p: 'g', q: 'g' },
  ...{ r: 'n', s: 'z', t: 'f', u: 'v', v: 'u', w: 'v', x: 'k', y: 'v', z: 's', A: 'H', B: 'R', C: 'G', D: 'O', E: 'F', F: 'P', G: 'C' },
  ...{ H: 'N', I: 'T', J: 'I', K: 'X', L: 'E', M: 'N', N: 'M', O: 'Q', P: 'R', Q: 'O', R: 'P', S: 'Z', T: 'Y', U: 'V', V: 'Y', W: 'V' },
  ...{ X: 'K', Y: 'V', Z: 'S', 0: '8', 1: '7', 2: '7', 3: '8', 4: '9', 5: '6', 6: '8', 7: '1', 8: '3', 9: '0' },
}

/** Characters that differ by a stroke or a part. */
const hanAlike =
  '未末 日目 土士 人入 大太 本木 半平 限眼 茶荼 新斬 静静 港巷 朝胡 珈咖 菓果 営宮 時晴 間問 案安 内肉 夏复 特持 東束 駅駐 前煎 店底 手毛 作昨 冬各 発廃 表麦 北比 道首 産彦 牛午 乳孔 季秀 節筋 定足 送迭 料科 無舞 創倉 百白 年午 味昧 読続 秋私 温湿 泉皇 旅族 館飯 今令 价阶 欢欣 迎仰 光先 临监 图圆 书韦 馆管 开井 放故 新斩 品晶 上土 市布 全金 场扬 八入 折拆 优伏 惠忠 工土 面而 包句 春舂 款软 海每 老考 字宇 号另 请清 勿匆 吸极 会合 员负 专传 享亨 格洛 有肴 机朽 蜂峰 蜜密 停亭 车东 口日 抢枪 购构 展屋 览觉 安宴 的约 早旱 晨辰 免兔 费贵 货贷 送迭'
    .split(' ')
    .reduce<Record<string, string>>((pairs, pair) => {
      const [one, other] = [...pair] as [string, string]
      if (one !== other) pairs[one] = other
      return pairs
    }, {})

const common: Record<Script, string> = {
  latin: 'aeimnorstuAEHKMNRST3578',
  japanese: '山川木水火田花月石空かさたなはまやらきしちにひみりるれろ',
  chinese: '山川木水火田花月石空中国大小天地风云雨雪',
}

/** A text of the script. */
export const pickText = (script: Script, chance: Chance): string => chance.pick(texts[script])

/** The same with one character that is another: half the time one that looks like it, else any. */
export function alterText(text: string, script: Script, chance: Chance): string {
  const characters = [...text]
  const places = characters.flatMap((character, place) => (/[\p{L}\p{N}]/u.test(character) ? [place] : []))
  const place = chance.pick(places)
  const before = characters[place]!
  const alike = script === 'latin' ? latinAlike[before] : hanAlike[before]
  let after = alike !== undefined && chance.happens(0.5) ? alike : before
  while (after === before) after = chance.pick([...common[script]])
  return [...characters.slice(0, place), after, ...characters.slice(place + 1)].join('')
}
