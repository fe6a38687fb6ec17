import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDarkroom, type Darkroom, DarkroomError } from '#sdk'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

let gateway: TestGateway
let admin: Darkroom

beforeAll(async () => {
  gateway = await startTestGateway()
  admin = createDarkroom({ baseUrl: gateway.url, key: gateway.adminToken })
})
afterAll(() => gateway?.close())

const left = async () => (await readdir(gateway.gateway.parts.spoolFolder)).filter((name) => name.startsWith('scan-'))
const secret = `sk-proj-${'a1B2'.repeat(12)}`
const program = `import OpenAI from 'openai'
const client = new OpenAI({ apiKey: '${secret}' })
await client.images.generate({ model: 'dall-e-3', prompt: 'a fox', size: '1024x1024' })
`

describe('a project that is uploaded', () => {
  it('is answered the checklist of `darkroom scan`, for this gateway, without its secrets, and nothing of it stays', async () => {
    const files = [
      { path: 'src/draw.ts', text: program },
      { path: 'README.md', text: 'nothing to see' },
    ]
    const { checklist, markdown } = await admin.migration.scan({ files })
    expect(checklist.totals).toEqual({ move: 1, fallback: 0, drop: 0, moved: 0 })
    expect(checklist.sites[0]).toMatchObject({ file: 'src/draw.ts', line: 3, operation: 'generation', verdict: 'move' })
    expect(checklist.sites[0]!.rewrite!.after).toContain(gateway.url)
    expect(markdown).toContain('src/draw.ts')
    expect(JSON.stringify({ checklist, markdown })).not.toContain(secret)
    expect(await left()).toEqual([])
  })

  it.each([
    ['leads out of its folder', [{ path: '../out.ts', text: program }], 'files.0.path'],
    ['has an absolute path', [{ path: '/etc/out.ts', text: program }], 'files.0.path'],
    [
      'is a file and a folder at once',
      [
        { path: 'a', text: '' },
        { path: 'a/b.ts', text: '' },
      ],
      'files',
    ],
    ['is empty', [], 'files'],
  ])('is refused where it %s, and nothing is left', async (_title, files, param) => {
    const error: unknown = await admin.migration.scan({ files }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DarkroomError)
    expect(error).toMatchObject({ code: 'invalid_value', param, outcome: 'not_charged' })
    expect(await left()).toEqual([])
  })

  it('is refused above 4 MiB', async () => {
    const scan = admin.migration.scan({ files: [{ path: 'a.ts', text: 'x'.repeat(4_200_000) }] })
    await expect(scan).rejects.toMatchObject({ status: 413 })
  })
})
