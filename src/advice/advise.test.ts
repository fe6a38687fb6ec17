import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkEdit } from '../contract/check-edit.ts'
import { checkGeneration } from '../contract/check-generation.ts'
import { checkResponse } from '../contract/check-response.ts'
import { MainModelCatalogue } from '../contract/main-model-catalogue.ts'
import { ModelCatalogue } from '../contract/model-catalogue.ts'
import { type Advice, adviceLanguages, adviceReplySchema, adviceRequestSchema, jobSignals } from '../contract/record.ts'
import type { JsonObject } from '../primitives/json.ts'
import { advise } from './index.ts'

const baseUrl = 'http://127.0.0.1:4100'
const adviceFor = (job: object) => advise(adviceRequestSchema.parse(job), { baseUrl })

type Expected = [surface: Advice['surface'], operation: Advice['operation']]
const images: Expected = ['images', 'generate']
const edits: Expected = ['images', 'edit']
const responses: Expected = ['responses', 'respond']
const provider: Expected = ['provider', 'generate']
const byHand: Expected = ['chatgpt', null]

const jobs: [name: string, job: object, expected: Expected][] = [
  ['nothing at all', {}, images],
  ['a direct artefact', { direct_artefact: true }, images],
  ['an edit', { edit: true }, edits],
  ['a large batch', { many: true }, images],
  ['a conversation', { conversation: true }, responses],
  ['a step of a flow', { several_steps: true }, responses],
  ['other tools', { other_tools: true }, responses],
  ['a conversation about an edit', { conversation: true, edit: true }, responses],
  ['by hand', { by_hand: true }, byHand],
  ['by hand, a few a day', { by_hand: true, pictures_per_day: 20 }, byHand],
  ['by hand, but far too many', { by_hand: true, pictures_per_day: 21 }, images],
  ['by hand and in a conversation', { by_hand: true, conversation: true }, byHand],
  ['by hand although a provider bills', { by_hand: true, provider_need: 'payment' }, byHand],
  ['a provider for payment', { provider_need: 'payment' }, provider],
  ['a provider for compatibility', { provider_need: 'compatibility', direct_artefact: true }, provider],
  ['a provider for support', { provider_need: 'support' }, provider],
  ['a provider as fallback', { provider_need: 'fallback', many: true }, provider],
  ['a provider and an edit', { provider_need: 'payment', edit: true }, ['provider', 'edit']],
  ['a provider under a flow', { provider_need: 'payment', several_steps: true }, ['provider', 'respond']],
  ['no provider, said plainly', { provider_need: 'none', description: 'we cannot pay by card' }, images],
  ['only a review', { review: true }, images],
  ['only planning', { planning: true }, images],
  ['words: banner', { description: 'A hero banner for our landing page, once a week.' }, images],
  ['words: icons in bulk', { description: 'Thousands of icons overnight from a spreadsheet' }, images],
  ['words: retouching', { description: 'Remove the watermark strings and replace the background of product photos' }, edits],
  ['words: chatbot', { description: 'A chatbot that draws recipes when users ask for it' }, responses],
  ['words: agent with search', { description: 'An agent does a web search and then draws an infographic' }, responses],
  ['words: one-off', { description: 'Just a one-off card for my sister, no-code please' }, byHand],
  ['words: denied conversation', { description: 'Posters from a form, no conversation and without other tools' }, images],
  ['words: payment', { description: 'We have no credit card and need Alipay for posters' }, provider],
  ['words: fallback', { description: 'Product shots with a fallback when OpenAI is down' }, provider],
  ['answers beat words', { description: 'A chatbot draws pictures', conversation: false }, images],
  ['Japanese: banner', { description: '毎週のキャンペーン用バナーを作る' }, images],
  ['Japanese: conversation', { description: 'チャットで利用者と会話しながら画像を直す' }, responses],
  ['Japanese: denied conversation', { description: '会話は不要で、商品画像だけ欲しい' }, images],
  ['Japanese: edit', { description: '既存の写真の背景を差し替える' }, edits],
  ['Japanese: by hand', { description: '一度だけ、手作業でカードを作りたい' }, byHand],
  ['Japanese: payment', { description: 'クレジットカードが使えないので支払い方法が必要' }, provider],
  ['Chinese: batch', { description: '每晚批量生成商品图 5000 张' }, images],
  ['Chinese: conversation', { description: '客服聊天机器人，多轮对话中生成图片' }, responses],
  ['Chinese: denied conversation', { description: '不需要对话，只要海报' }, images],
  ['Chinese: edit', { description: '给原图换背景，保留产品' }, edits],
  ['Chinese: workflow', { description: '智能体工作流里，联网搜索后画信息图' }, responses],
  ['Chinese: payment', { description: '没有信用卡，只能用支付宝' }, provider],
  ['Chinese: by hand', { description: '自己画一张，一次性的' }, byHand],
]

describe('advise', () => {
  it.each(jobs)('%s', (_name, job, expected) => {
    const { surface, operation } = adviceFor(job)
    expect([surface, operation]).toEqual(expected)
  })

  it.each([
    [{ by_hand: true, many: true }, 'too_many_by_hand'],
    [{ by_hand: true, other_tools: true }, 'by_hand_and_program'],
    [{ provider_need: 'support', conversation: true }, 'provider_must_offer_responses'],
    [{ provider_need: 'support', edit: true }, 'provider_edits_unproven'],
    [{ conversation: true, direct_artefact: true }, 'single_pictures_apart'],
    [{ direct_artefact: true, answer_within_seconds: 2 }, 'cannot_be_that_fast'],
    [{ direct_artefact: true, answer_within_seconds: 19 }, 'show_previews'],
    [{ pictures_per_day: 500 }, 'many_at_once'],
    [{ planning: true }, 'planning_costs'],
    [{ by_hand: true, review: true }, 'review_before_public'],
    [{}, 'nothing_known'],
  ])('%j is advised with the remark %s', (job, code) => {
    expect(adviceFor(job).warnings.map((warning) => warning.code)).toContain(code)
  })

  it('names what it understood and whether it was answered or read out of words', () => {
    const { understood } = adviceFor({ edit: true, pictures_per_day: 900, description: 'A chatbot; a person must approve each picture' })
    expect(understood).toEqual([
      { signal: 'edit', value: true, from: 'answer' },
      { signal: 'many', value: true, from: 'answer' },
      { signal: 'conversation', value: true, from: 'words' },
      { signal: 'review', value: true, from: 'words' },
    ])
  })

  it('keeps every stop rule, fix and place of planning apart by surface', () => {
    const all = [{}, { conversation: true }, { provider_need: 'payment' }, { by_hand: true }].map(adviceFor)
    expect(new Set(all.map((advice) => advice.stop_rule.id)).size).toBe(4)
    expect(all.map((advice) => advice.planning.available)).toEqual([true, true, false, true])
    for (const name of Object.keys(all[0]!.fixes) as (keyof Advice['fixes'])[]) {
      expect(new Set(all.map((advice) => advice.fixes[name])).size, name).toBe(4)
    }
  })

  it('says the same in every language, in words of its own', () => {
    for (const [, job] of jobs) {
      const [english, ...others] = adviceLanguages.map((lang) => adviceFor({ ...job, lang }))
      for (const other of others) {
        expect(codesOf(other)).toEqual(codesOf(english!))
        expect(textsOf(other).filter((text) => textsOf(english!).includes(text))).toEqual([])
      }
    }
  })
})

function codesOf({ surface, operation, understood, stop_rule, planning, warnings, why }: Advice) {
  return [surface, operation, understood, stop_rule.id, planning.available, warnings.map(({ code }) => code), why.length]
}

function textsOf({ why, stop_rule, fixes, planning, warnings }: Advice): string[] {
  return [...why, stop_rule.text, planning.text, ...Object.values(fixes), ...warnings.map(({ message }) => message)]
}

const switches = fc.option(fc.boolean(), { nil: undefined })
const anyJob = fc.record({
  lang: fc.constantFrom(...adviceLanguages),
  description: fc.option(fc.string({ unit: 'grapheme', maxLength: 300 }), { nil: undefined }),
  ...Object.fromEntries(jobSignals.filter((signal) => signal !== 'provider_need').map((signal) => [signal, switches])),
  provider_need: fc.constantFrom(undefined, 'none', 'payment', 'compatibility', 'support', 'fallback'),
  pictures_per_day: fc.option(fc.nat(1_000_000), { nil: undefined }),
  answer_within_seconds: fc.option(fc.nat(300), { nil: undefined }),
})

const catalogue = new ModelCatalogue()
const atMs = Date.parse('2026-11-20T12:00:00Z')
const context = { catalogue, atMs, transparentPreview: false, mainModels: new MainModelCatalogue() }
const nothing = { dataUrls: [] }

function judge({ path, body }: NonNullable<Advice['request']>) {
  if (path === '/v1/responses') return checkResponse(body as JsonObject, nothing, context)
  if (path === '/v1/images/edits') return checkEdit(body as JsonObject, { form: 'json', ...nothing }, context)
  return checkGeneration(body as JsonObject, context)
}

describe('the ready request', () => {
  it('passes the contract without a refusal or a remark, whatever the job', () => {
    fc.assert(
      fc.property(anyJob, (job) => {
        const advice = adviceFor(job)
        expect(adviceReplySchema.parse(advice)).toEqual(advice)
        expect(advice.request === null).toBe(advice.surface === 'chatgpt')
        if (advice.request === null) return
        const check = judge(advice.request)
        expect(check.ok ? [] : check.refusals.map(({ message }) => message)).toEqual([])
        const leads = ['conversation', 'several_steps', 'other_tools'].some((flow) =>
          advice.understood.some(({ signal, value }) => signal === flow && value),
        )
        expect(check.warnings.map(({ code }) => code)).toEqual([])
        expect(advice.request.path === '/v1/responses').toBe(leads)
      }),
      { numRuns: 500 },
    )
  })

  it.each([{}, { edit: true, lang: 'ja' }, { conversation: true, several_steps: true, lang: 'zh-CN' }, { provider_need: 'payment' }])(
    'is a curl command that a shell reads as the body it shows: %j',
    (job) => {
      const request = adviceFor(job).request!
      const script = `curl() { printf '%s\\n' "$1" >&2; for last; do :; done; printf %s "$last"; }\n${request.curl}`
      const { stdout, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8', env: { DARKROOM_API_KEY: "it's" } })
      expect(stderr.trim()).toBe(`${baseUrl}${request.path}`)
      expect(JSON.parse(stdout)).toEqual(request.body)
    },
  )

  it.each([{}, { fast: true }, { edit: true }, { edit: true, fast: true }, { conversation: true }, { conversation: true, fast: true }])(
    'is a program in JavaScript: %j',
    (job) => {
      const { openai_node: program } = adviceFor(job).request!
      const body = program.replaceAll(/^import .*$/gm, '')
      expect(program).toContain('apiKey: process.env.DARKROOM_API_KEY')
      expect(() => Reflect.construct(AsyncFunction, [body])).not.toThrow()
    },
  )

  it('names the route to put in where a provider serves', () => {
    const request = adviceFor({ provider_need: 'payment' }).request!
    expect(request.headers).toEqual({ 'x-darkroom-route': 'my-provider' })
    expect(request.curl).toContain("-H 'x-darkroom-route: my-provider'")
    expect(request.openai_node).toContain('x-darkroom-route')
  })
})

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor
