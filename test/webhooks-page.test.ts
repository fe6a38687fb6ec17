import { execFileSync } from 'node:child_process'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../src/primitives/secret.ts'
import { attemptDelaysMs, secretOfApiKey, signedHeaders, webhookSecretText } from '../src/webhooks/index.ts'
import { makeFolder } from './cli/darkroom-program.ts'
import { hasPython } from './support/has-python.ts'

const root = resolve(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/webhooks.md'), 'utf8')
const recipesIn = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code!)

const API_KEY = 'dk_live_an_example'
const secret = Buffer.alloc(32, 5)
const body = '{"type":"job.completed","data":{"word":"新茶入荷"}}'

/** What a receiver is given: the message, and the same with another word in it. */
function messagesFor(recipe: string) {
  const isUnified = recipe.includes('x-webhook-signature')
  const key = isUnified ? secretOfApiKey(new Secret(API_KEY)) : secret
  const message = { style: isUnified ? ('unified' as const) : ('standard' as const), eventId: 'evt_1', event: 'completed', body }
  const headers = signedHeaders(message, [Buffer.alloc(32, 6), key].slice(isUnified ? 1 : 0), Date.now())
  return [
    { body, headers },
    { body: body.replace('completed', 'failed'), headers },
  ]
}

const environment = { PATH: process.env['PATH'] ?? '', DARKROOM_API_KEY: API_KEY, DARKROOM_WEBHOOK_SECRET: webhookSecretText(secret) }

let folder: Awaited<ReturnType<typeof makeFolder>>
beforeAll(async () => {
  folder = await makeFolder()
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'))
})
afterAll(() => folder[Symbol.asyncDispose]())

/** Runs a recipe on the messages. @returns what it read of each, or `refused` */
function readBy(program: string, name: string, code: string, messages: object): string[] {
  writeFileSync(join(folder.path, name), code)
  writeFileSync(join(folder.path, 'messages.json'), JSON.stringify(messages))
  return JSON.parse(execFileSync(program, [name], { cwd: folder.path, env: environment, encoding: 'utf8' })) as string[]
}

describe('docs/webhooks.md', () => {
  const recipes = recipesIn('js')

  it.each(recipes.map((recipe, at) => [at + 1, recipe] as const))(
    'recipe %i for Node believes what is ours and nothing else',
    (_, recipe) => {
      const use = `
      import { readFileSync } from 'node:fs'
      const read = ({ body, headers }) => { try { return readEvent(body, headers).type } catch { return 'refused' } }
      process.stdout.write(JSON.stringify(JSON.parse(readFileSync('messages.json', 'utf8')).map(read)))`
      expect(readBy(process.execPath, 'recipe.mjs', recipe + use, messagesFor(recipe))).toEqual(['job.completed', 'refused'])
    },
  )

  it('has three of them', () => expect(recipes).toHaveLength(3))

  it.skipIf(!hasPython())('by hand in Python believes what is ours and nothing else', () => {
    const recipe = recipesIn('python').find((code) => code.includes('hmac'))!
    const use = `
def read(message):
    try:
        return read_event(message["body"].encode(), message["headers"])["type"]
    except ValueError:
        return "refused"

print(json.dumps([read(message) for message in json.load(open("messages.json", encoding="utf-8"))]))
`
    expect(readBy('python3', 'recipe.py', recipe + use, messagesFor(recipe))).toEqual(['job.completed', 'refused'])
  })

  it('says the schedule as it is', () => {
    const units = { s: 1000, min: 60_000, h: 3_600_000 }
    const cells = /^\| after another \| (.+) \|$/m.exec(page)![1]!.split(' | ')
    const said = cells.map((cell) => (cell === 'at once' ? 0 : Number.parseInt(cell, 10) * units[cell.split(' ')[1] as keyof typeof units]))
    expect(said).toEqual(attemptDelaysMs)
  })
})
