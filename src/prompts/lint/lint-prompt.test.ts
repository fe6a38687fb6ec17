import { describe, expect, it } from 'vitest'
import { promptDocumentSchema } from '../../contract/prompt-document.ts'
import { parseSize } from '../../contract/size-rules.ts'
import { type LintContext, lintDocument, lintPrompt, type PromptRemark } from './lint-prompt.ts'

const contextOf = (change: Partial<LintContext> = {}): LintContext => ({
  operation: 'generate',
  size: null,
  makesTransparency: false,
  isBounded: false,
  declaredTexts: [],
  ...change,
})

/** True where the remark is made. */
function isMade(code: PromptRemark['code'], prompt: string, change: Partial<LintContext> = {}): boolean {
  return lintPrompt(prompt, contextOf(change)).some((remark) => remark.code === code)
}

/** The prompts of a table for which a remark is not made as the table says. */
function wrong(code: PromptRemark['code'], prompts: readonly string[], change: Partial<LintContext>, expected: boolean): string[] {
  return prompts.filter((prompt) => isMade(code, prompt, change) !== expected)
}

describe('several changes at once', () => {
  const several = [
    'Change the sky to dusk and remove the car',
    'Remove the logo, add a palm tree and replace the sign',
    'Please replace the red chair with a blue one. Also add a cat.',
    '1. Remove the man\n2. Change the wall to green',
    '- change the shirt to red\n- delete the watermark',
    'Make the walls white, then remove the lamp',
    'Swap the bottle for a can; add a slice of lemon',
    'Turn the sky orange and erase the power lines',
    '背景を夜に変えて、猫を追加してください',
    'ロゴを削除し、空を夕焼けに変更してください。',
    '看板を消して、木を描き足して',
    '・背景を白に変更\n・人物を削除',
    '椅子を青に塗り替えて。机の上の本を取り除いてください。',
    '把背景换成海滩，并添加一只狗',
    '删除左边的人，再把天空改成傍晚',
    '去掉水印；将衣服换成红色',
    '1、移除路灯\n2、加上一棵树',
  ]
  const one = [
    'Change the sky to dusk',
    'Remove the car and fill the gap with the same street',
    'Remove the car and make it look natural',
    'Remove the logo, and do not add or change anything else',
    'Replace the red and blue sign with a green one',
    'Replace "Add to cart and remove" with "Buy now"',
    'Change the hat to red and add a feather to it',
    'Change the background to a beach. Keep the dog and the ball. Do not move the lamp or replace the rug.',
    'Change only the colour of the door; do not touch the frame, and never remove the handle',
    'Add a change of clothes on the bed',
    'Add a shadow and a man who removes his hat',
    'Replace the vase with a taller one and add a matching shadow',
    'Make the sky blue and the grass greener',
    'Without changing the face, remove the hat',
    'Add people walking, shopping, and talking',
    '背景を夜に変えてください。他は変更しないでください。',
    '人物を変えずに、背景を海に変えて',
    'ロゴを削除して、自然な影を追加してください',
    '追加した文字を消してください',
    '空を夕焼けに変えて、それ以外を変えないで',
    '「犬を消して、猫を追加」という文字を描いてください',
    '背景を変えることなく、帽子を赤に変えて',
    '把背景换成海滩，不要改变人物',
    '去掉添加的文字，保持其他部分不变',
    '将天空改成傍晚，光线要自然，阴影加上渐变',
    '把“删除，添加”这几个字改成“确定”',
    '替换后的标志要清晰，把标志换成蓝色',
  ]

  it('are remarked on in English, Japanese and Chinese', () => {
    expect(wrong('several_changes', several, { operation: 'edit' }, true)).toEqual([])
  })
  it('are not seen in one change, what belongs to it, what is not to be done, and what is quoted', () => {
    expect(wrong('several_changes', one, { operation: 'edit' }, false)).toEqual([])
  })
  it('are what a picture that is drawn anew consists of', () => {
    expect(wrong('several_changes', several, {}, false)).toEqual([])
  })
})

describe('a transparent background', () => {
  const asked = [
    'A fox on a transparent background',
    'Logo of a bakery, transparent PNG',
    'An icon. The background must be transparent.',
    'Make the background transparent',
    'A sticker with alpha channel',
    '透明な背景のロゴ',
    '背景を透明にしてください',
    '背景透過のアイコン',
    '透過PNGで書き出して',
    '透明背景的图标',
    '背景设为透明',
    '一只猫，透明底，贴纸风格',
    '带alpha通道的标志',
  ]
  const notAsked = [
    'A transparent glass on a white background',
    'No transparent background, please: plain white',
    'Do not use a transparent background',
    'A non-transparent background in beige',
    'White instead of a transparent background',
    'The background is transparent glass with rain on it',
    'A poster that explains the phrase "transparent background"',
    'A woman behind a transparent curtain',
    '透明感のある背景で、爽やかな写真',
    '透明な背景にはしないで、白い背景にする',
    '背景は透明なガラスの壁',
    '透明なグラスと白い背景',
    '不要透明背景，用白色背景',
    '背景不透明',
    '背景是透明玻璃墙',
    '透明的杯子，白色背景',
  ]

  it('is remarked on in English, Japanese and Chinese', () => {
    expect(wrong('transparency_in_prompt', asked, {}, true)).toEqual([])
  })
  it('is not a transparent thing, a refusal or a quotation', () => {
    expect(wrong('transparency_in_prompt', notAsked, {}, false)).toEqual([])
  })
  it('is no matter where the model has it', () => {
    expect(wrong('transparency_in_prompt', asked, { makesTransparency: true }, false)).toEqual([])
  })
})

describe('a shape that contradicts the size', () => {
  const contradicting: [string, string][] = [
    ['1536x1024', 'A dancer, portrait orientation'],
    ['1536x1024', 'A tower in vertical format'],
    ['1024x1536', 'A bay in landscape format'],
    ['1024x1536', 'Wide shot, 16:9'],
    ['1024x1024', 'A city skyline, aspect ratio 16:9, at night'],
    ['1536x1024', 'A harbour --ar 9:16'],
    ['1024x1536', 'A 16:9 image of a train'],
    ['1024x1024', 'A banner of 1920x1080 pixels'],
    ['1536x1024', 'A square format cover'],
    ['1536x1024', '縦長の画像で、塔を描いて'],
    ['1024x1536', '横長で描いてください。港の風景'],
    ['1024x1024', 'アスペクト比は16:9で、夜景'],
    ['1536x1024', '正方形の構図で静物'],
    ['1536x1024', '竖版海报，一座塔'],
    ['1024x1536', '横构图，海港'],
    ['1024x1024', '画幅比例16:9，夜景'],
    ['1024x1536', '一张16：9的图片'],
  ]
  const fitting: [string, string][] = [
    ['1536x1024', 'A portrait of an old sailor'],
    ['1024x1536', 'A landscape of misty mountains'],
    ['1824x1024', 'A city skyline, aspect ratio 16:9'],
    ['1824x1024', 'A banner of 1920x1080 pixels'],
    ['1024x1536', 'A living room with a 16:9 TV in 16:9 format'],
    ['1024x1536', 'The train leaves at 9:16'],
    ['1024x1024', 'A model car at scale 1:12, final score 3:2'],
    ['1536x1024', 'A square picture frame on the wall'],
    ['1024x1536', 'Not in landscape format'],
    ['1536x1024', 'Landscape format instead of portrait format'],
    ['1536x1024', 'A poster that says "portrait orientation"'],
    ['1536x1024', '縦長の窓がある部屋'],
    ['1536x1024', '横向きの女性'],
    ['1024x1536', '横長の画像ではなく、自然な構図で'],
    ['1024x1536', '挂着横幅的大楼'],
    ['1024x1536', '不要横版'],
    ['1536x1024', '一幅正方形的窗'],
    ['1024x1024', '比分是3:2的球赛'],
  ]
  const made = ([size, prompt]: [string, string]) => isMade('prompt_contradicts_size', prompt, { size: parseSize(size) })

  it('is remarked on in English, Japanese and Chinese', () => {
    expect(contradicting.filter((row) => !made(row))).toEqual([])
  })
  it('is not a subject, a thing in the picture, a time or what is not wanted', () => {
    expect(fitting.filter(made)).toEqual([])
  })
  it('is none where the model chooses the size', () => {
    expect(contradicting.filter(([, prompt]) => isMade('prompt_contradicts_size', prompt))).toEqual([])
  })
})

describe('an edit that does not say what stays', () => {
  const silent = ['Change the sky to dusk', 'Replace the sign with "Keep out"', '背景を夜に変えてください', '把背景换成海滩']
  const said = [
    'Change the sky to dusk. Keep everything else unchanged.',
    'Change only the sky',
    'Replace the sign without touching the wall',
    '空を夕焼けに変え、人物はそのままにしてください',
    '背景だけを夜に変えて',
    '把背景换成海滩，人物保持不变',
    '只把天空改成傍晚',
  ]

  it('is remarked on in English, Japanese and Chinese', () => {
    expect(wrong('edit_without_keep', silent, { operation: 'edit' }, true)).toEqual([])
  })
  it('is none where it says so, brings a mask, or is no edit', () => {
    expect(wrong('edit_without_keep', said, { operation: 'edit' }, false)).toEqual([])
    expect(wrong('edit_without_keep', silent, { operation: 'edit', isBounded: true }, false)).toEqual([])
    expect(wrong('edit_without_keep', silent, {}, false)).toEqual([])
  })
})

describe('text without its language', () => {
  const unlabelled = [
    'A shop window with the text "OPEN"',
    'A poster with the headline “Spring Market”',
    'A sign that says "Mind the gap"',
    '看板に「営業中」と書いてください',
    '「春の市」という文字を入れたポスター',
    'タイトル「夏祭り」のチラシ',
    '海报，标题“春日集市”',
    '墙上写着“欢迎光临”',
    '“开业大吉”四个大字',
  ]
  const fine = [
    'A "cozy" room with plants',
    'A dog called "Bello" in the snow',
    'A sign with the text "OPEN" in English',
    'A poster without any text',
    '看板に日本語で「営業中」と書いてください',
    '「静けさ」を感じる部屋',
    '标题用中文“春日集市”',
    '一间“温馨”的房间',
  ]

  it('is remarked on in English, Japanese and Chinese', () => {
    expect(wrong('text_without_language', unlabelled, {}, true)).toEqual([])
  })
  it('is not a quoted name or mood, nor a text whose language is said or declared', () => {
    expect(wrong('text_without_language', fine, {}, false)).toEqual([])
    expect(wrong('text_without_language', unlabelled.slice(0, 1), { declaredTexts: ['OPEN'] }, false)).toEqual([])
  })
})

describe('a document', () => {
  const edit = { kind: 'edit', purpose: 'Winter version', change: 'Replace the leaves with snow and remove the bench' }

  it('gets its remarks at the places they are about', () => {
    const document = promptDocumentSchema.parse({
      ...edit,
      requirements: ['A transparent background', 'The headline "Sale"', 'In landscape format'],
    })
    const remarks = lintDocument(document, contextOf({ operation: 'edit', size: { width: 1024, height: 1536 } }))
    expect(remarks.map(({ code, param }) => `${code} ${param}`)).toEqual([
      'several_changes document.change',
      'transparency_in_prompt document.requirements[0]',
      'prompt_contradicts_size document.requirements[2]',
      'edit_without_keep document.keep',
      'text_without_language document.requirements[1]',
    ])
  })

  it('gets none where it says one change, what stays, and the language of its texts; what it avoids is no wish', () => {
    const document = promptDocumentSchema.parse({
      ...edit,
      change: 'Replace the leaves with snow',
      keep: ['The bench'],
      requirements: ['The headline "Sale"'],
      texts: [{ text: 'Sale', lang: 'en' }],
      avoid: ['A transparent background'],
    })
    expect(lintDocument(document, contextOf({ operation: 'edit' }))).toEqual([])
  })
})
