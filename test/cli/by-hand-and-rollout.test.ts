import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Handoff, HandoffTaken, Rollout } from '../../src/contract/record.ts'
import { commandLine } from '../support/command-line.ts'
import { facade, sign, words } from '../support/facade.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { makeFile } from '../support/two-tenants.ts'
import { makeFolder } from './darkroom-program.ts'

const folder = await makeFolder()
const at = (name: string) => join(folder.path, name)
let gateway: TestGateway
let run: ReturnType<typeof commandLine>['run']

beforeAll(async () => {
  gateway = await startTestGateway({ leavesJudging: false })
  run = commandLine(gateway.dataFolder, { DARKROOM_ADMIN_TOKEN: gateway.adminToken }).run
  writeFileSync(at('hotel.png'), facade())
})
afterAll(async () => {
  await gateway.close()
  await folder[Symbol.asyncDispose]()
})

/** What fits a terminal of 100 columns: everything but a command to copy and a line with an id and more. */
const widest = (text: string) => Math.max(...text.split('\n').map((line) => (/\w{3,4}_\w{44}/.test(line) ? 0 : line.length)))

describe.each(['handoff', 'rollout'])('darkroom %s', (name) => {
  it('has help that fits a terminal, and shows how it is called where nothing is understood', async () => {
    const help = await run(name, '--help')
    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(new RegExp(`^Usage: darkroom ${name} `)) })
    expect(help.stdout).toContain(`\n       darkroom ${name} [list | show ID`)
    expect(widest(help.stdout)).toBeLessThanOrEqual(100)
    const wrong = await run(name, 'show', '--nonsense')
    expect(wrong).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/--nonsense[\s\S]*Usage: darkroom/) })
    expect(await run(name, 'show', 'hnd_of_nobody')).toMatchObject({ code: 1, stderr: expect.stringContaining('404 not_found') })
  })

  it('reads with a gateway of its own, and says what is missing where there is no data', async () => {
    const own = commandLine(at(name)).run
    expect(await own(name, 'list')).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no data in') })
    expect((await own('handoff', 'a boat')).code).toBe(0)
    expect(await own(name, 'list')).toMatchObject({ code: 0, stdout: expect.stringMatching(/hnd_|No route was walked yet/) })
  })
})

describe('darkroom handoff', () => {
  it('prints prompt, checklist and how the picture comes back; takes it, and says where it is on record and judged', async () => {
    const source = await makeFile(gateway, facade())
    const text = `en@${Object.values(sign).join(',')}:${words}`
    const asked = await run('handoff', 'a warmer wall', '--source', source, '--text', text, '--protect', '700,250,200,320')
    expect(asked).toMatchObject({ code: 0, stderr: '' })
    const [id] = asked.stdout.split('\n')
    expect(asked.stdout).toContain('open: an edit by hand, owner by-hand, until')
    expect(asked.stdout).toContain('--- prompt ---\na warmer wall\n--------------')
    expect(asked.stdout).toContain(`Read letter by letter, at full size (en): ${words}`)
    expect(asked.stdout).toMatch(new RegExp(`\n {2}darkroom handoff upload ${id} FILE\n$`))

    const missing = await run('handoff', 'upload', id!, at('hotle.png'))
    expect(missing).toMatchObject({ code: 1, stderr: `${at('hotle.png')} cannot be read: there is no such file. Nothing was uploaded.\n` })
    const taken = await run('handoff', 'upload', id!, at('hotel.png'), '--json')
    const { handoff, image } = JSON.parse(taken.stdout) as HandoffTaken
    expect([taken.code, handoff.state]).toEqual([0, 'used'])
    expect((await run('handoff', 'show', id!)).stdout).toContain(`Its picture is on record: ${handoff.generation_id}`)
    expect((await run('handoff', 'list', '--state', 'used')).stdout).toContain(id)
    const again = await run('handoff', 'upload', id!, at('hotel.png'))
    expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('409 handoff_closed') })
    expect((await run('guard', image.id)).code).toBe(0)
  })

  it('renders a stored prompt, and takes a ticket back', async () => {
    writeFileSync(at('sign.json'), JSON.stringify({ purpose: 'A sign of {{shop}}', variables: [{ name: 'shop' }] }))
    const [reference] = (await run('prompt', 'new', at('sign.json'), '--name', 'sign')).stdout.split('\n')
    const { stdout } = await run('handoff', reference!, '--var', 'shop=Rosa', '--json')
    const handoff = JSON.parse(stdout) as Handoff
    expect(handoff.prompt).toContain('A sign of Rosa')
    const cancelled = await run('handoff', 'cancel', handoff.id)
    expect(cancelled).toMatchObject({ code: 0, stdout: `${handoff.id} is cancelled: no picture is taken for it.\n` })
  })

  it.each([
    [['A', 'shop', 'sign'], 'handoff expects one prompt, in quotes'],
    [['x', '--text', '営業中'], '--text expects a language and a text'],
    [['x', '--text', 'en@1,2:Open'], '--text expects a rectangle as LEFT,TOP,WIDTH,HEIGHT'],
    [['x', '--source', 'hotel.png'], '--source expects a picture made here'],
    [['x', '--copy'], '--copy needs a terminal'],
    [['upload', 'hnd_1'], 'handoff upload expects ID and FILE'],
  ])('says what a beginner forgot: %j', async (args, said) => {
    expect(await run('handoff', ...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(said) })
  })
})

describe('darkroom rollout', () => {
  it('says what the five steps cost and how to begin, and sends nothing', async () => {
    const planned = await run('rollout', 'sandbox', '--max-cost', '0.1')
    expect(planned).toMatchObject({ code: 0, stderr: '' })
    expect(planned.stdout).toMatch(/^1 {2}One cheap picture.* 0\.\d+$/m)
    expect(planned.stdout).toMatch(/^planned 0\.\d+ USD, at most 0\.\d+ USD$/m)
    expect(planned.stdout).toMatch(/Begin with a budget of at least (0\.\d+) USD\.\n.* --budget \1, with the same options\n$/)
    expect(widest(planned.stdout)).toBeLessThanOrEqual(100)
    expect((await run('rollout', 'list')).stdout).toBe('No route was walked yet.\n')
  })

  it('takes them one after the other up to the person who decides, and says what to type then', async () => {
    const texts = ['--draft-prompt', 'A sign', '--text', 'en@140,430,744,160:SANDBOX']
    const walked = await run('rollout', 'sandbox', '--max-cost', '0.1', '--budget', '1', ...texts)
    expect(walked).toMatchObject({ code: 0, stderr: '' })
    expect(walked.stdout.match(/^ {3}passed, 0\.\d+ USD$/gm)).toHaveLength(4)
    expect(walked.stdout).toContain('   + Protected text reads the same.\n')
    const [, review, id] = /\n {2}darkroom review show (rev_\w+)\n.*\n {2}darkroom rollout show (roll_\w+)\n$/.exec(walked.stdout)!
    const shown = JSON.parse((await run('rollout', 'show', id!, '--json')).stdout) as Rollout
    expect([shown.state, shown.next_action.facts['review']]).toEqual(['waiting', review])
    expect((await run('rollout', 'list')).stdout).toMatch(new RegExp(`^${id} {2}sandbox {2}waiting `, 'm'))
  })

  it('stops with 1 at the first step that fails, names the check in the language asked for, and saves the page', async () => {
    const stopped = ['rollout', 'sandbox', '--max-cost', '0.001', '--budget', '1', '--lang', 'ja', '--html', at('walk.html')]
    const { code, stdout } = await run(...stopped)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^ {3}! 費用は .*上限 0\.001 USD/m)
    expect(stdout).toContain('高すぎます')
    expect(readFileSync(at('walk.html'), 'utf8')).toContain('本番までの五段階')
    const [id] = /roll_\w+/.exec(stdout)!
    const unsaved = await run('rollout', 'show', id, '--html', join(folder.path, 'nowhere', 'walk.html'))
    expect(unsaved).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be written: ENOENT') })
  })

  it.each([
    [['sandbox'], 2, 'rollout expects --max-cost'],
    [['sandbox', '--max-cost', '0.1', '--text', 'en:SANDBOX'], 2, '--text expects where the first picture shows it'],
    [['sandbox', '--max-cost', '1,5'], 1, 'must be dollars as text'],
    [['nobody', '--max-cost', '0.1'], 1, 'Configured routes: sandbox'],
    [['sandbox', '--max-cost', '0.1', '--budget', '0.01'], 1, 'budget'],
    [['show'], 2, 'rollout show expects ID'],
  ])('says what a beginner forgot: %j', async (args, code, said) => {
    expect(await run('rollout', ...args)).toMatchObject({
      code,
      stdout: expect.not.stringContaining('gen_'),
      stderr: expect.stringContaining(said),
    })
  })
})
