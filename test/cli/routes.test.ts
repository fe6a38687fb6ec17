import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodePicture } from '../support/picture-bytes.ts'
import { darkroom, launcher, makeFolder, type Running, run, serve } from './darkroom-program.ts'

const folder = await makeFolder()
const cwd = folder.path
const at = (...path: string[]) => join(cwd, ...path)
let sandbox: Running
let sandboxUrl: string

beforeAll(async () => {
  sandbox = run(process.execPath, [launcher, 'sandbox', '--port', '0', '--invoice', 'invoice.jsonl', '--latency', '0'], { cwd })
  sandboxUrl = (await sandbox.says(/Sandbox on (http:\S+)\/v1/))[1]!
})
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const firstCall = (said: string) => /^ +curl [\s\S]*? -o picture\.json$/m.exec(said)?.[0]

async function pictureOf(call: string | undefined) {
  expect(await run('bash', ['-c', call!], { cwd }).ended).toEqual({ code: 0, stdout: '', stderr: '' })
  const { data } = JSON.parse(readFileSync(at('picture.json'), 'utf8'))
  return decodePicture(Buffer.from(data[0].b64_json, 'base64'))
}

describe('darkroom sandbox', () => {
  it('takes a free port, says which, and prints a curl line that works as pasted', async () => {
    expect(new URL(sandboxUrl).port).toMatch(/^[1-9]\d+$/)
    expect(await pictureOf(firstCall(sandbox.said()))).toMatchObject({ format: 'png' })
    expect(readFileSync(at('invoice.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1)
  })
})

describe('darkroom serve with routes', () => {
  it('says that --live costs money, spends none for a command that does not say so too, and never says the key', async () => {
    const environment = { OPENAI_API_KEY: 'sk-proj-nobody-sees-this' }
    await using server = await serve(['--live', '--data', 'live'], { cwd, environment })
    expect(server.said()).toMatch(/^ {2}Serving +openai \(openai\): CALLS COST MONEY$/m)
    expect(server.said()).not.toContain('Sandbox ')

    const unsaid = await darkroom(['generate', 'A boat', '-s', '1024x1024', '-q', 'low', '--data', 'live'], { cwd })
    expect(unsaid).toEqual({
      code: 1,
      stdout: '',
      stderr: `This would cost about 0.00592 USD: the gateway at ${server.url} draws on openai (openai). Say --live to mean it.\n`,
    })
    server.child.kill('SIGTERM')
    expect(await server.ended).toMatchObject({ code: 0 })
    expect(server.said()).not.toContain('nobody-sees-this')
  })

  it('prints a call that names a route for manual tests, which works as pasted', async () => {
    // Under the sandbox's owner its price cards hold, so that the call has a price.
    const route = `{ id: lab, owner: darkroom-sandbox, kind: self-hosted, base_url: '${sandboxUrl}/v1', key: { env: LAB_KEY } }`
    writeFileSync(at('lab.yaml'), `version: 1\nroutes:\n  - ${route}\n`)
    const environment = { DARKROOM_CONFIG: 'lab.yaml', LAB_KEY: 'sk-lab-nobody-sees-this' }
    await using server = await serve(['--data', 'lab'], { cwd, environment })
    expect(server.said()).toMatch(/^ {2}Serving +no route: routes for manual tests can be named, AND COST MONEY$/m)
    expect(server.said()).toMatch(/^ {2}By name +lab, with x-darkroom-route$/m)
    expect(server.said()).toMatch(/^ {2}Settings +lab\.yaml$/m)
    expect(await pictureOf(firstCall(server.said()))).toMatchObject({ width: 1024, height: 1536 })
    expect(server.said()).not.toContain('nobody-sees-this')
  })

  it('does not start with a file that cannot be used, and shows every line of it that is wrong', async () => {
    writeFileSync(
      at('wrong.yaml'),
      'version: 1\nroutes:\n  - { id: a, owner: a, kind: cookie, base_url: "https://a.example" }\nspeed: fast\n',
    )
    const { code, stdout, stderr } = await darkroom(['serve', '--port', '0', '--data', 'wrong'], {
      cwd,
      environment: { DARKROOM_CONFIG: 'wrong.yaml' },
    })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(
      /wrong\.yaml cannot be used:\n {2}line 3: routes\[0\]\.kind: account pools, .* are not served, .*\n {2}line 4: speed: /,
    )
    expect(existsSync(at('wrong'))).toBe(false)
  })

  it('does not start in production without a route', async () => {
    const { code, stderr } = await darkroom(['serve', '--port', '0', '--data', 'wrong'], { cwd, environment: { NODE_ENV: 'production' } })
    expect(code).toBe(1)
    expect(stderr).toMatch(/^NODE_ENV: expected a configured route/)
  })

  it('enforces the images a minute it was told, in the words of upstream', async () => {
    await using limited = run(process.execPath, [launcher, 'sandbox', '--port', '0', '--latency', '0', '--ipm', '1'], { cwd })
    const [, url] = await limited.says(/Sandbox on (http:\S+)\/v1/)
    const call = () =>
      fetch(`${url}/v1/images/generations`, {
        method: 'POST',
        headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-image-2', prompt: 'x', size: '1024x640', quality: 'low' }),
      })
    expect((await call()).status).toBe(200)
    const refused = await call()
    expect([refused.status, await refused.text()]).toEqual([429, expect.stringContaining('input-images per min: Limit 1')])
  })

  it('ends the sandbox with exit code 0', async () => {
    sandbox.child.kill('SIGTERM')
    expect(await sandbox.ended).toMatchObject({ code: 0, stderr: '' })
  })
})

describe('darkroom gate', () => {
  let upstreamUrl: string
  const route = (id: string, face: string) => `
  - id: ${id}
    owner: darkroom-sandbox
    kind: provider
    base_url: ${upstreamUrl}/faces/${face}/v1
    key: { env: LAB_KEY }
    account_owner: Studio Sato
    support: help@lab.example
    abuse: abuse@lab.example
    failed_calls: { timeout: charged, policy: free, retry: charged }
    rights: { store: true, commercial: true, delete: true, redistribute: false }
    capabilities: [{ from: '2026-01-01', sizes: model, qualities: model, formats: model, source: test }]`
  const environment = { DARKROOM_CONFIG: 'gate.yaml', LAB_KEY: 'sk-lab-nobody-sees-this' }
  const gate = (...args: string[]) => darkroom(['gate', ...args, '--data', 'gate'], { cwd, environment })

  it('says what it will cost, tells an honest route from a relay, opens the one and refuses the other', async () => {
    await using upstream = run(process.execPath, [launcher, 'sandbox', '--port', '0', '--latency', '0'], { cwd })
    upstreamUrl = (await upstream.says(/Sandbox on (http:\S+)\/v1/))[1]!
    writeFileSync(at('gate.yaml'), `version: 1\nroutes:${route('honest', 'honest')}${route('relay', 'session-relay')}\n`)
    await using server = await serve(['--data', 'gate'], { cwd, environment })
    expect(server.said()).toContain('no route')

    const dry = await gate('honest', '--dry-run')
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Planned cost 0\.\d+ USD, at most 0\.25 USD\.$/m) })
    const honest = await gate('honest', '--html', 'honest.html')
    expect(honest).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Verdict: production\. Cost 0\.\d+ USD/m) })
    expect(readFileSync(at('honest.html'), 'utf8')).toContain('<h1>honest: production</h1>')
    const relay = await gate('relay')
    expect(relay).toMatchObject({ code: 1, stdout: expect.stringContaining('Verdict: refused.') })
    expect(relay.stdout).toContain('chatgpt_claim_generator')
    expect((await gate()).stdout).toMatch(/^honest .* production/m)
    expect((await gate('relay', '--grant', 'comparing pictures')).stdout).toContain('Manual tests of relay are granted until')
    expect((await gate()).stdout).toMatch(/^relay .* manual-test/m)
    expect((await gate('relay', '--withdraw')).stdout).toBe('1 grant(s) of relay taken back.\n')
    expect(await gate('nobody')).toMatchObject({ code: 1, stdout: '' })
    expect(server.said() + honest.stdout + relay.stdout).not.toContain('nobody-sees-this')
  })
})
