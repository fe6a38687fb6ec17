import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { unzipSync } from 'fflate'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeFolder, run } from '../cli/darkroom-program.ts'
import { mask, room } from '../support/edit-calls.ts'
import { decodePicture } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const repository = resolve(import.meta.dirname, '../..')
const examplesOf = (page: string) =>
  [...readFileSync(join(repository, page), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!)
const tsc = join(repository, 'node_modules/.bin/tsc')
const names = ['make', 'edit', 'submit', 'watch', 'bulk', 'webhook', 'ai-sdk'] as const

/** The folder of somebody who has installed the built package beside a gateway that they have just started. */
const folder = makeFolder()
let cwd: string
let gateway: TestGateway

beforeAll(async () => {
  cwd = (await folder).path
  mkdirSync(join(cwd, 'data'))
  gateway = await startTestGateway({ dataFolder: join(cwd, 'data') })
  const installed = join(cwd, 'node_modules/darkroom-sdk')
  mkdirSync(installed, { recursive: true })
  cpSync(join(repository, 'sdk/package.json'), join(installed, 'package.json'))
  for (const name of ['@types', '@ai-sdk', 'ai']) symlinkSync(join(repository, 'node_modules', name), join(cwd, 'node_modules', name))
  const built = await run(tsc, ['-p', 'sdk/tsconfig.build.json', '--outDir', join(installed, 'dist')], { cwd: repository }).ended
  if (built.code !== 0) throw new Error(built.stdout)
  const blocks = [...examplesOf('sdk/README.md'), ...examplesOf('sdk/ai-sdk/README.md')]
  if (blocks.length !== names.length) throw new Error(`expected ${names.length} examples, found ${blocks.length}`)
  for (const [index, name] of names.entries())
    writeFileSync(join(cwd, `${name}.ts`), blocks[index]!.replaceAll('http://127.0.0.1:4100', gateway.url))
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ type: 'module' }))
  writeFileSync(join(cwd, 'in.png'), room)
  writeFileSync(join(cwd, 'mask.png'), mask)
})
afterAll(async () => {
  await gateway.close()
  await (await folder)[Symbol.asyncDispose]()
})

const example = (name: (typeof names)[number]) => run(process.execPath, [`${name}.ts`], { cwd }).ended
const picture = (name: string) => decodePicture(readFileSync(join(cwd, name)))

describe('the built package', () => {
  it('has types by which every example of its pages compiles strictly, for programs and for bundlers', async () => {
    const options = ['--strict', '--noEmit', '--target', 'es2022', '--lib', 'es2023', '--types', 'node']
    const own = names.filter((name) => name !== 'ai-sdk').map((name) => `${name}.ts`)
    for (const resolution of [
      ['--module', 'nodenext'],
      ['--module', 'preserve', '--moduleResolution', 'bundler'],
    ]) {
      const compiled = [
        await run(tsc, [...options, '--exactOptionalPropertyTypes', ...resolution, ...own], { cwd }).ended,
        // Declarations of the AI SDK itself are not ours to judge.
        await run(tsc, [...options, '--skipLibCheck', ...resolution, 'ai-sdk.ts'], { cwd }).ended,
      ]
      expect(compiled).toEqual(Array(2).fill({ code: 0, stdout: '', stderr: '' }))
    }
  })

  it('brings nothing along, and is of the version of its gateway', () => {
    const [own, root] = ['sdk/package.json', 'package.json'].map((path) => JSON.parse(readFileSync(join(repository, path), 'utf8')))
    expect(own.dependencies).toBeUndefined()
    expect(Object.values(own.peerDependenciesMeta)).toEqual([{ optional: true }])
    expect(own.version).toBe(root.version)
  })
})

describe('the examples of its pages, as they stand', () => {
  it('make a picture', async () => {
    const { code, stdout, stderr } = await example('make')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^gen_\w+ on sandbox: 0\.\d+ USD\n$/)
    expect(await picture('harbour.png')).toEqual({ format: 'png', width: 1536, height: 1024 })
  })

  it('edit one', async () => {
    const { code, stdout, stderr } = await example('edit')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^about \$0\.\d+\n$/)
    expect(await picture('edited.png')).toEqual({ format: 'png', width: 1024, height: 640 })
  })

  it('submit a job and wait for it', async () => {
    expect(await example('submit')).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await picture('poster-0.png')).toEqual({ format: 'png', width: 1024, height: 1536 })
  })

  it('watch a job', async () => {
    const { code, stdout, stderr } = await example('watch')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^queued 0 %\n(?:\w+ \d+ %\n)*completed 100 %\n200 image\/png\n$/)
  })

  it('make thousands', async () => {
    const { code, stdout, stderr } = await example('bulk')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^\d+ % .*\n(?:\d+ % .*\n)*2 pictures for \$0\.\d+\n$/)
    const files = unzipSync(new Uint8Array(readFileSync(join(cwd, 'animals.zip'))))
    expect(Object.keys(files).sort()).toEqual(['1-fox-1.png', '2-hen-1.png', 'manifest.csv'])
  })

  it('draw with the AI SDK', async () => {
    const { code, stdout } = await example('ai-sdk')
    expect([code, /generationId: 'gen_\w+'/.test(stdout)]).toEqual([0, true])
    expect(await picture('harbour.webp')).toEqual({ format: 'webp', width: 1536, height: 1024 })
  })

  it('believe a webhook, and no other', async () => {
    const secret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`
    const body = JSON.stringify({ type: 'generation.completed', timestamp: new Date().toISOString(), data: { id: 'gen_1' } })
    const headersOf = (key: string) => ({
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': new Webhook(key).sign('msg_1', new Date(), body),
    })
    const calls = [headersOf(secret), headersOf(`whsec_${Buffer.alloc(32, 4).toString('base64')}`)]
    writeFileSync(
      join(cwd, 'receive.ts'),
      `import { POST } from './webhook.ts'
for (const headers of ${JSON.stringify(calls)}) {
  const answer = await POST(new Request('http://here/', { method: 'POST', body: ${JSON.stringify(body)}, headers }))
  console.log(answer.status, await answer.text())
}`,
    )
    const environment = { DARKROOM_WEBHOOK_SECRET: secret }
    const { stdout } = await run(process.execPath, ['receive.ts'], { cwd, environment }).ended
    expect(stdout).toBe("generation.completed { id: 'gen_1' }\n204 \n400 bad_signature\n")
  })
})
