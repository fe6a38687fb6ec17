import type { Advice, AdviceLanguage } from '../contract/record.ts'

/** What stands before the parts of an advice on a terminal. */
export interface AdviceLabels {
  surface: string
  surfaces: Readonly<Record<Advice['surface'], string>>
  why: string
  understood: string
  /** Where something understood comes from. */
  from: Readonly<Record<'answer' | 'words', string>>
  stopRule: string
  fixes: string
  fix: Readonly<Record<keyof Advice['fixes'], string>>
  planning: string
  planningIs: Readonly<Record<'available' | 'notPromised', string>>
  warnings: string
  request: string
}

/** The labels of every language that advice is given in. */
export const adviceLabels: Readonly<Record<AdviceLanguage, AdviceLabels>> = {
  en: {
    surface: 'Surface',
    surfaces: { images: 'Image API', responses: 'Responses API', provider: 'a provider', chatgpt: 'ChatGPT, by hand' },
    why: 'Why',
    understood: 'Understood',
    from: { answer: 'as you answered', words: 'from your words' },
    stopRule: 'Stop rule',
    fixes: 'What this fixes',
    fix: {
      endpoint: 'Endpoint',
      cost: 'Cost',
      limits: 'Limits',
      latency: 'Latency',
      storage: 'Storage',
      error_handling: 'Errors',
      support: 'Support',
    },
    planning: 'Planning before drawing ("thinking")',
    planningIs: { available: 'exists here', notPromised: 'not promised here' },
    warnings: 'Mind',
    request: 'Ready request, with a Darkroom key in DARKROOM_API_KEY',
  },
  ja: {
    surface: '使う経路',
    surfaces: { images: 'Image API', responses: 'Responses API', provider: 'プロバイダー', chatgpt: 'ChatGPT (手作業)' },
    why: '理由',
    understood: '読み取った内容',
    from: { answer: '回答から', words: '文章から' },
    stopRule: '止まる規則',
    fixes: 'これで決まること',
    fix: {
      endpoint: '呼び出し先',
      cost: '費用',
      limits: '制限',
      latency: '時間',
      storage: '保存',
      error_handling: 'エラー',
      support: 'サポート',
    },
    planning: '描く前の計画 (「思考」)',
    planningIs: { available: 'あり', notPromised: '約束なし' },
    warnings: '注意',
    request: 'そのまま使えるリクエスト (DARKROOM_API_KEY に Darkroom のキー)',
  },
  'zh-CN': {
    surface: '使用方式',
    surfaces: { images: 'Image API', responses: 'Responses API', provider: '供应商', chatgpt: 'ChatGPT（手工）' },
    why: '理由',
    understood: '理解到的内容',
    from: { answer: '来自回答', words: '来自描述' },
    stopRule: '停止规则',
    fixes: '由此确定的事项',
    fix: {
      endpoint: '端点',
      cost: '费用',
      limits: '限制',
      latency: '耗时',
      storage: '存储',
      error_handling: '错误处理',
      support: '支持',
    },
    planning: '绘制前的规划（“思考”）',
    planningIs: { available: '有', notPromised: '不保证' },
    warnings: '注意',
    request: '可直接使用的请求（DARKROOM_API_KEY 中放 Darkroom 密钥）',
  },
}
