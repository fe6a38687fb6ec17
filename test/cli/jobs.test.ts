import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../../src/contract/record.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { commandLine } from '../support/command-line.ts'
import { promptWith } from '../support/generation-calls.ts'
import { jobThat, submitSmall } from '../support/job-calls.ts'
import { decodePicture } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { makeFolder } from './darkroom-program.ts'

const folder = await makeFolder()
const at = (...path: string[]) => join(folder.path, ...path)
const small = ['-s', '1024x640', '-q', 'low']
const clockTime = '\\d\\d:\\d\\d:\\d\\d'
afterAll(() => folder[Symbol.asyncDispose]())

const line = (gateway: TestGateway) => commandLine(gateway.dataFolder, { DARKROOM_ADMIN_TOKEN: gateway.adminToken })
const waiting = { start_at: new Date(Date.now() + 3_600_000).toISOString() }

describe('darkroom generate --async', () => {
  it('prints the id of a job that waits for a gateway, and returns; followed, it is made and saved', async () => {
    mkdirSync(at('own'))
    const { run } = commandLine(at('own'))
    const submitted = await run('generate', 'A boat', '--async', '-o', at('boat.webp'), ...small)
    expect(submitted).toMatchObject({ code: 0, stdout: expect.stringMatching(/^gen_[0-9a-f]{44}\n$/) })
    const id = submitted.stdout.trim()
    const command = `darkroom jobs follow ${id} -o ${at('boat.webp')}`
    expect(submitted.stderr).toBe(`It waits until a gateway runs on this data folder; make it with: ${command}\n`)
    expect((await run('jobs', 'show', id)).stdout).toMatch(/^state +queued$/m)

    const followed = await run('jobs', 'follow', id, '-o', at('boat.webp'))
    expect(followed).toMatchObject({ code: 0, stderr: '' })
    expect(followed.stdout).toMatch(
      new RegExp(`^${clockTime} {2}queued +0 %\\n${clockTime} {2}started +10 %\\n(?:.* %\\n)*${clockTime} {2}completed +100 %\\n`),
    )
    expect(followed.stdout).toMatch(/boat\.webp {2}1024x640 webp, \d+ kB\n0\.\d+ USD of play money, generation gen_\w+\n$/)
    expect(await decodePicture(readFileSync(at('boat.webp')))).toEqual({ format: 'webp', width: 1024, height: 640 })
    expect((await run('jobs', 'show', id)).stdout).toMatch(/^pictures +img_\w+ {2}1024x640$/m)
  })

  it('asks before it spends money at a gateway that somebody else started, and is refused before it is queued', async () => {
    await using upstream = await startSandbox({ latencyMs: 0, flat: true })
    const route = `{ id: openai, owner: openai, kind: official, base_url: '${upstream.url}/v1', key: { env: PAID_KEY } }`
    await using gateway = await startTestGateway({ yaml: `version: 1\nroutes: [${route}]`, environment: { PAID_KEY: 'sk-paid' } })
    const { run } = line(gateway)
    const unsaid = await run('generate', 'A boat', '--async', '--route', 'openai', ...small)
    expect(unsaid).toMatchObject({ code: 1, stderr: expect.stringMatching(/^This would cost about 0\.\d+ USD: .* draws on openai/) })
    expect((await run('jobs')).stdout).toBe('There are no such jobs.\n')
    expect(await run('generate', 'A boat', '--async', '--route', 'openai', '-s', '17x17')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('17x17'),
    })

    const id = await submitSmall(gateway, {}, waiting, { 'x-darkroom-route': 'openai' })
    await run('jobs', 'cancel', id)
    expect(await run('jobs', 'retry', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('Say --live to mean it.') })
    const said = await run('jobs', 'retry', id, '--live')
    expect(said).toMatchObject({ code: 0, stdout: expect.stringMatching(/^gen_/) })
    expect((await run('jobs', 'follow', said.stdout.trim())).code).toBe(0)
    expect(upstream.calls.posts()).toBe(1)
  })
})

describe('darkroom jobs', () => {
  let gateway: TestGateway
  let run: ReturnType<typeof commandLine>['run']
  beforeAll(async () => {
    gateway = await startTestGateway()
    run = line(gateway).run
  })
  afterAll(() => gateway.close())

  it('lists jobs by state and by bulk, and shows one with the addresses of its pictures', async () => {
    const done = await submitSmall(gateway)
    const later = await submitSmall(gateway, {}, waiting)
    await jobThat(gateway, done, ({ state }) => state === 'completed')
    expect((await run('jobs', '--state', 'completed')).stdout).toMatch(
      new RegExp(`^id +state .*\\n${done} +completed +normal +0\\.\\d+ +\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d +gpt-image-2$`, 'm'),
    )
    const asJson = JSON.parse((await run('jobs', 'list', '--json', '--state', 'queued', '--limit', '1')).stdout) as { jobs: Job[] }
    expect(asJson.jobs.map(({ id }) => id)).toEqual([later])
    const shown = (await run('jobs', 'show', done)).stdout
    const [, address] = /^pictures +img_\w+ {2}1024x640 {2}(http\S+)$/m.exec(shown)!
    expect((await fetch(address!)).status).toBe(200)
    expect(JSON.parse((await run('jobs', 'show', done, '--json')).stdout)).toMatchObject({ id: done, state: 'completed' })
    expect((await run('jobs', '--bulk', 'set_1')).stdout).toBe('There are no such jobs.\n')
    expect(await run('jobs', '--state', 'lost')).toMatchObject({ code: 1, stderr: expect.stringContaining('400') })
  })

  it('cancels one that waits, makes it again as a new one, and follows that as lines of JSON', async () => {
    const id = await submitSmall(gateway, { prompt: 'wanted after all' }, waiting)
    expect((await run('jobs', 'cancel', id)).stdout).toBe(`${id} is cancelled, and nothing was charged.\n`)
    const followed = await run('jobs', 'follow', id)
    expect(followed).toMatchObject({ code: 1, stderr: expect.stringContaining('On the command line: darkroom jobs retry ID.') })
    const retried = await run('jobs', 'retry', id)
    const again = retried.stdout.trim()
    expect(retried.stderr).toBe(`Follow it with: darkroom jobs follow ${again}\n`)
    const { code, stdout } = await run('jobs', 'follow', again, '--json')
    const events = stdout
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { event: string; job_id: string })
    expect([code, events[0]!.event, events.at(-1)!.event, events.at(-1)!.job_id]).toEqual([0, 'queued', 'completed', again])
    expect((await run('jobs', 'show', again)).stdout).toMatch(new RegExp(`^retry of +${id}$`, 'm'))
    expect(await run('jobs', 'cancel', again)).toMatchObject({ code: 1, stderr: expect.stringContaining('job_already_ended') })
  })

  it('does not make a job again that may have been charged, unless that is accepted', async () => {
    const id = await submitSmall(gateway, { prompt: promptWith('reset-before-headers') })
    const followed = await run('jobs', 'follow', id, '-o', at('lost.png'))
    expect(followed).toMatchObject({ code: 1, stdout: expect.stringMatching(/^held +0\.\d+ USD until .*, since nobody knows/m) })
    expect(existsSync(at('lost.png'))).toBe(false)
    const refused = await run('jobs', 'retry', id)
    expect(refused.stderr).toContain('On the command line: darkroom jobs retry ID --accept-double-charge.')
    expect(await run('jobs', 'retry', id, '--accept-double-charge')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^gen_/) })
  })

  it('shows the error of one that failed, and ends with 1', async () => {
    const id = await submitSmall(gateway, { prompt: promptWith('moderation') })
    const { code, stderr } = await run('jobs', 'follow', id)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Refused: .*\nNot charged\. .*\(moderation_blocked; gen_/)])
  })

  it('follows a set over all its calls, and saves the pictures of all of them', async () => {
    const id = await submitSmall(gateway, { n: 3 }, { fanout: true })
    expect(id).toMatch(/^set_/)
    expect(await run('jobs', 'follow', id, '-o', at('set.png'))).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/ USD, 3 pictures\n$/),
    })
    for (const n of [1, 2, 3]) expect(await decodePicture(readFileSync(at(`set-${n}.png`)))).toMatchObject({ format: 'png', width: 1024 })
  })

  it('says after Ctrl-C that the gateway goes on with it', async () => {
    const id = await submitSmall(gateway, {}, waiting)
    const program = line(gateway).start('jobs', 'follow', id, '-o', at('left.png'))
    await program.tells(/queued/)
    program.interrupt()
    const command = `darkroom jobs follow ${id} -o ${at('left.png')}`
    expect(await program.ended).toMatchObject({
      code: 130,
      stderr: `The gateway at ${gateway.url} goes on with the job; follow it again with: ${command}\n`,
    })
    expect((await run('jobs', 'show', id)).stdout).toMatch(/^state +queued$/m)
  })
})

describe('darkroom jobs follow', () => {
  it('goes on with the next gateway on the data folder where it was, and tells nothing twice', async () => {
    const first = await startTestGateway({ dataFolder: at('handed-on') })
    const id = await submitSmall(first, {}, { start_at: new Date(Date.now() + 1500).toISOString() })
    const program = line(first).start('jobs', 'follow', id)
    await program.tells(/queued/)
    await first.gateway.close()
    await using next = await startTestGateway({ dataFolder: at('handed-on') })
    const { code, stdout } = await program.ended
    expect([code, stdout.match(/queued/g)?.length, stdout.match(/started +10 %/g)?.length]).toEqual([0, 1, 1])
    expect((await line(next).run('jobs', 'show', id)).stdout).toMatch(/^state +completed$/m)
  })
})
