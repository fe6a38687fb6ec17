import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bareEnvironment, darkroom, launcher, makeFolder, type RunningServer, serve } from '../cli/darkroom-program.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'
import { mask, room } from '../support/edit-calls.ts'
import { decodePicture } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'
import { type Agent, connectOver, imageOf, linksOf, textOf } from './agent.ts'

const cheap = { size: '1024x640', quality: 'low' }
const folder = makeFolder()
let cwd: string

/** An agent that starts `darkroom mcp` itself. */
function startAgent(args: readonly string[], environment: Record<string, string> = {}): Promise<Agent> {
  const env = { ...bareEnvironment(), ...environment }
  return connectOver(new StdioClientTransport({ command: process.execPath, args: [launcher, 'mcp', ...args], cwd, env, stderr: 'ignore' }))
}

beforeAll(async () => {
  cwd = (await folder).path
  mkdirSync(join(cwd, 'assets'))
  writeFileSync(join(cwd, 'assets/room.png'), room)
  writeFileSync(join(cwd, 'mask.png'), mask)
})
afterAll(async () => (await folder)[Symbol.asyncDispose]())

describe('an agent that starts the tools, without a server', () => {
  let agent: Agent
  beforeAll(async () => {
    agent = await startAgent([])
  })
  afterAll(() => agent.close())

  it('draws into its folder and edits files of it, with a mask that holds', async () => {
    const drawn = await agent.call('generate_image', { prompt: 'a lamp', ...cheap, save_as: 'assets/lamp.webp' })
    expect(drawn.structuredContent).toMatchObject({ state: 'completed', play_money: true, images: [{ saved_as: 'assets/lamp.webp' }] })
    expect(await decodePicture(readFileSync(join(cwd, 'assets/lamp.webp')))).toEqual({ format: 'webp', width: 1024, height: 640 })
    expect([imageOf(drawn).length > 100, linksOf(drawn).length]).toEqual([true, 1])
    const edited = await agent.call('edit_image', {
      prompt: 'put the lamp there',
      images: ['assets/room.png', drawn.structuredContent.images[0].image_id],
      mask: 'mask.png',
      keep_outside_mask: true,
      n: 2,
      ...cheap,
      save_as: 'edited.png',
    })
    expect(edited.structuredContent.images.map((image: { saved_as: string }) => image.saved_as)).toEqual(['edited-1.png', 'edited-2.png'])
    expect(await decodePicture(readFileSync(join(cwd, 'edited-2.png')))).toEqual({ format: 'png', width: 1024, height: 640 })
  })

  it('prices edits of its files', async () => {
    const { structuredContent } = await agent.call('estimate', { prompt: 'a lamp', images: ['assets/room.png'], ...cheap })
    expect(structuredContent).toMatchObject({ route_owner: 'darkroom-sandbox', expected_usd: expect.stringMatching(/^0\.0/) })
  })

  it('neither reads nor writes outside its folder, replaces nothing, and learns so before it pays', async () => {
    symlinkSync('/etc/hostname', join(cwd, 'link.png'))
    symlinkSync('/tmp', join(cwd, 'elsewhere'))
    const before = (await agent.call('generate_image', { prompt: 'one', ...cheap })).structuredContent.job_id
    const attempts = [
      { tool: 'edit_image', images: ['../outside.png'] },
      { tool: 'edit_image', images: ['/etc/hostname'] },
      { tool: 'edit_image', images: ['link.png'] },
      { tool: 'edit_image', images: ['missing.png'] },
      { tool: 'generate_image', save_as: '../out.png' },
      { tool: 'generate_image', save_as: 'elsewhere/out.png' },
      { tool: 'generate_image', save_as: '/tmp/out.png' },
      { tool: 'generate_image', save_as: 'assets/room.png' },
      { tool: 'generate_image', save_as: 'nowhere/out.png' },
      { tool: 'generate_image', save_as: 'script.sh' },
    ]
    for (const { tool, ...args } of attempts) {
      const result = await agent.call(tool, { prompt: 'a fox', ...cheap, ...args })
      expect([args, result.isError, textOf(result)]).toEqual([
        args,
        true,
        expect.stringMatching(/cannot be used: .*Nothing was sent or charged/),
      ])
    }
    expect(readFileSync(join(cwd, 'assets/room.png'))).toEqual(room)
    const after = (await agent.call('generate_image', { prompt: 'two', ...cheap })).structuredContent.job_id
    const { stdout } = await darkroom(['ledger', '--json'], { cwd })
    expect([existsSync(join(cwd, 'out.png')), before === after, JSON.parse(stdout).rows[0].calls]).toEqual([false, false, 4])
  })

  it('asks about a job by its id, and saves it then', async () => {
    const begun = await agent.call('generate_image', { prompt: 'later [[sandbox: latency=400]]', ...cheap, wait_seconds: 0 })
    const done = await agent.call('get_job', { job_id: begun.structuredContent.job_id, save_as: 'later.png' })
    expect([done.structuredContent.state, existsSync(join(cwd, 'later.png'))]).toEqual(['completed', true])
    const again = await agent.call('get_job', { job_id: begun.structuredContent.job_id, save_as: 'later.png' })
    expect([again.isError, textOf(again)]).toEqual([undefined, expect.stringContaining('later.png was not saved')])
  })
})

describe('an agent beside a gateway that runs', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await startTestGateway()
  })
  afterAll(() => gateway.close())

  it('uses it by its address with a key of its own, and hears of a wrong one', async () => {
    const agent = await startAgent(['--url', `${gateway.url}/v1`], { DARKROOM_KEY: gateway.key })
    const drawn = await agent.call('generate_image', { prompt: 'a fox', ...cheap })
    const record = await gateway.fetch(`/v2/generations/${drawn.structuredContent.job_id}`)
    expect(await record.json()).toMatchObject({ metadata: { via: 'mcp' }, status: 'completed' })
    const failed = await agent.call('generate_image', { prompt: 'a fox [[sandbox: moderation]]', ...cheap })
    expect([failed.isError, textOf(failed)]).toEqual([true, expect.stringMatching(/Outcome: not_charged\. Next: stop\./)])
    await agent.close()
    const wrong = await startAgent(['--url', gateway.url], { DARKROOM_KEY: 'dk_wrong' })
    const refused = await wrong.call('generate_image', { prompt: 'a fox', ...cheap })
    expect([refused.isError, textOf(refused)]).toEqual([true, expect.stringMatching(/Outcome: not_charged\./)])
    await wrong.close()
  })

  it('finds the one that owns the data folder, and has the rights of its first key', async () => {
    await using own = await makeFolder()
    await using server: RunningServer = await serve([], { cwd: own.path })
    const agent = await startAgent(['--data', join(own.path, 'data')])
    const drawn = await agent.call('generate_image', { prompt: 'a fox', ...cheap })
    const key = readFileSync(join(own.path, 'data/default-key'), 'utf8').trim()
    const record = await fetch(`${server.url}/v2/generations/${drawn.structuredContent.job_id}`, { headers: { 'x-api-key': key } })
    expect(await record.json()).toMatchObject({ status: 'completed' })
    await agent.close()
  })

  it('is told when an answer is lost, and how to order once all the same', async () => {
    await using proxy = await startCuttingProxy(gateway.url, [0])
    const agent = await startAgent(['--url', proxy.url], { DARKROOM_KEY: gateway.key })
    const before = gateway.gateway.sandbox!.calls.posts()
    const lost = await agent.call('generate_image', { prompt: 'a lost fox', ...cheap })
    expect([lost.isError, textOf(lost)]).toEqual([
      true,
      expect.stringMatching(/broke before it answered.*Outcome: unknown\. Next: retry\./s),
    ])
    const [, idempotency_key] = /idempotency_key "(mcp-[\w-]+)"/.exec(textOf(lost))!
    const again = await agent.call('generate_image', { prompt: 'a lost fox', ...cheap, idempotency_key })
    expect([again.structuredContent.state, gateway.gateway.sandbox!.calls.posts() - before]).toEqual(['completed', 1])
    await agent.close()
  })

  it('is told when nobody is there, and that this cost nothing', async () => {
    await using going = await startTestGateway()
    const agent = await startAgent(['--url', going.url], { DARKROOM_KEY: going.key })
    await going.close()
    const result = await agent.call('generate_image', { prompt: 'a fox', ...cheap })
    expect([result.isError, textOf(result)]).toEqual([true, expect.stringMatching(/cannot be reached.*Outcome: not_charged\./s)])
    await agent.close()
  })
})

describe('darkroom mcp', () => {
  it('says what is missing', async () => {
    const missing = await darkroom(['mcp', '--url', 'http://127.0.0.1:4100'], { cwd })
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('DARKROOM_KEY')])
  })

  it('ends with its standard input', async () => {
    expect(await darkroom(['mcp'], { cwd })).toMatchObject({ code: 0, stdout: '' })
  })
})
