import { readdirSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { advise } from '../../src/advice/index.ts'
import type { CommandContext } from '../../src/cli/command.ts'
import { adviseCommand } from '../../src/cli/commands/advise.ts'
import { displayWidth } from '../../src/cli/layout.ts'
import { adviceLanguages, adviceReplySchema, adviceRequestSchema, jobSignals } from '../../src/contract/record.ts'
import { darkroom, makeFolder } from './darkroom-program.ts'

const folder = await makeFolder()
const cwd = folder.path
afterAll(() => folder[Symbol.asyncDispose]())

const baseUrl = 'http://127.0.0.1:4100'

/** What the command shows on a terminal of so many columns, or in a pipe. */
async function shown(args: string[], columns?: number): Promise<string> {
  const stdout = Object.assign(new PassThrough(), columns === undefined ? {} : { isTTY: true, columns })
  const closed = () => {
    throw new Error('advice needs no gateway and no data folder')
  }
  const context: CommandContext = {
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    environment: {},
    version: '1.2.3',
    openGateway: closed,
    serve: closed,
    dataFolder: closed,
    openApi: closed,
    interruption: closed,
  }
  expect(await adviseCommand.run(args, context)).toBe(0)
  return String(stdout.read())
}

describe('darkroom advise', () => {
  it('names surface, reasons, stop rule, what it fixes, planning and the call, without a server, a data folder or a key', async () => {
    const { code, stdout, stderr } = await darkroom(['advise', 'A chatbot that draws recipes when users ask for it'], { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const advice = advise(adviceRequestSchema.parse({ conversation: true }), { baseUrl })
    expect(stdout).toMatch(/^Surface: Responses API, POST \/v1\/responses\n/)
    const sentences = [...advice.why, advice.stop_rule.text, ...Object.values(advice.fixes), advice.planning.text]
    expect(sentences.filter((sentence) => !stdout.includes(sentence))).toEqual([])
    expect(stdout).toContain('\n  - conversation: true (from your words)\n')
    expect(stdout).toContain('\nPlanning before drawing ("thinking"): exists here\n')
    expect(stdout.endsWith(`\n${advice.request!.curl}\n`)).toBe(true)
    expect(readdirSync(cwd)).toEqual([])
  })

  it.each([
    ['en', 'Surface: ChatGPT, by hand\n', 'Stop rule'],
    ['ja', '使う経路: ChatGPT (手作業)\n', '止まる規則'],
    ['zh-CN', '使用方式: ChatGPT（手工）\n', '停止规则'],
  ])('speaks %s, and shows no call for what is done by hand', async (lang, surface, stopRule) => {
    const page = await shown(['--by-hand', '--lang', lang])
    expect(page.startsWith(surface)).toBe(true)
    expect(page).toContain(`\n${stopRule}\n`)
    expect(page).not.toContain('curl')
  })

  it('prints the whole advice with --json, as POST /v2/advise answers it', async () => {
    const args = [
      '绘制海报',
      '--lang',
      'zh-CN',
      '--provider-need',
      'payment',
      '--per-day',
      '900',
      '--within',
      '10',
      '--no-edit',
      '--review',
    ]
    const printed = adviceReplySchema.parse(JSON.parse(await shown([...args, '--json'])))
    const request = {
      description: '绘制海报',
      lang: 'zh-CN',
      provider_need: 'payment',
      pictures_per_day: 900,
      answer_within_seconds: 10,
      edit: false,
      review: true,
    }
    expect(printed).toEqual(advise(adviceRequestSchema.parse(request), { baseUrl }))
  })

  it('lets an option win over the words', async () => {
    expect(await shown(['A chatbot draws pictures'])).toMatch(/^Surface: Responses API/)
    expect(await shown(['A chatbot draws pictures', '--no-conversation'])).toMatch(/^Surface: Image API/)
  })

  it.each(jobSignals.filter((signal) => signal !== 'provider_need'))('has an option for %s, and its twin for no', async (signal) => {
    const option = `--${signal.replaceAll('_', '-')}`
    expect(adviseCommand.usage).toContain(`      ${option} `)
    for (const [given, value] of [
      [option, true],
      [option.replace('--', '--no-'), false],
    ] as const) {
      const { understood } = JSON.parse(await shown([given, '--json']))
      expect(understood).toContainEqual({ signal, value, from: 'answer' })
    }
  })

  it.each(['https://images.example.com', 'https://images.example.com/', 'https://images.example.com/v1', 'https://images.example.com/v1/'])(
    'sends the ready request to the gateway named as %s',
    async (gateway) => {
      expect(await shown(['--edit', '--gateway', gateway])).toContain("\ncurl 'https://images.example.com/v1/images/edits' \\\n")
    },
  )

  it.each(adviceLanguages)('keeps its prose within the columns of a terminal, and the call whole: %s', async (lang) => {
    for (const signal of ['--conversation', '--edit', '--provider-need=support', '--by-hand']) {
      const args = [signal, '--many', '--planning', '--review', '--lang', lang]
      const [page, whole] = [await shown(args, 64), await shown(args)]
      const [prose, call] = page.split('\ncurl ')
      const widths = prose!
        .split('\n')
        .filter((line) => line.startsWith(' '))
        .map(displayWidth)
      expect(Math.max(...widths)).toBeLessThanOrEqual(64)
      expect(call).toBe(whole.split('\ncurl ')[1])
      expect(page.replace(/\s/g, '')).toBe(whole.replace(/\s/g, ''))
    }
  })

  it.each([
    [[], 'advise expects a job, in words or in options\n'],
    [['--lang', 'ja'], 'advise expects a job, in words or in options\n'],
    [['a', 'poster'], 'advise expects the job as one text, in quotes\n'],
    [['--edit', '--no-edit'], '--edit and --no-edit contradict each other\n'],
    [['poster', '--lang', 'fr'], '--lang: Invalid option: expected one of "en"|"ja"|"zh-CN"\n'],
    [['poster', '--provider-need', 'price'], '--provider-need: Invalid option: expected one of "payment"|'],
    [['poster', '--per-day', 'many'], "--per-day expects a whole number, found 'many'\n"],
    [['poster', '--per-day', '1000000001'], '--per-day: Too big: '],
    [['x'.repeat(4001)], 'The job: Too big: '],
    [['poster', '--gateway', 'somewhere'], "--gateway expects an http or https address, found 'somewhere'\n"],
    [['poster', '--surface'], "Unknown option '--surface'\n"],
  ])('%j is refused as misused', async (args, says) => {
    const ended = await darkroom(['advise', ...args], { cwd })
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr.startsWith(says)).toBe(true)
  })
})
