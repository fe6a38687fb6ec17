import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { darkroom, makeFolder } from './darkroom-program.ts'

const folder = await makeFolder()
const cwd = folder.path
afterAll(() => folder[Symbol.asyncDispose]())

const fixtures = resolve(import.meta.dirname, '../../src/migration/fixtures/python')
mkdirSync(join(cwd, 'project'))
for (const file of readdirSync(fixtures)) copyFileSync(join(fixtures, file), join(cwd, 'project', file.replace(/\.txt$/, '')))

describe('darkroom scan', () => {
  it('lists the image calls of a project without a server, a data folder or a key', async () => {
    const { code, stdout, stderr } = await darkroom(['scan', 'project'], { cwd })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^project: 2 files read, 4 image calls found\.\n/)
    expect(stdout).toMatch(
      /^move now +pictures\.py:15 +generation +OpenAI +gpt-image-1 is retired; quality standard refused; may pay 5 times$/m,
    )
    expect(stdout).toMatch(/^Move 2, keep 2 as fallback, drop 0\.$/m)
    expect(readdirSync(cwd)).toEqual(['project'])
  })

  it('writes the checklist in both forms with --out, each request rewritten for --gateway', async () => {
    const { code, stdout } = await darkroom(['scan', 'project', '--out', 'moving', '--gateway', 'https://darkroom.example.com/v1'], { cwd })
    expect(code).toBe(0)
    expect(stdout).toContain('moving/migration-checklist.md')
    const markdown = readFileSync(join(cwd, 'moving/migration-checklist.md'), 'utf8')
    expect(markdown).toContain('client = OpenAI(base_url="https://darkroom.example.com/v1", api_key=os.environ["DARKROOM_API_KEY"])')
    const json = JSON.parse(readFileSync(join(cwd, 'moving/migration-checklist.json'), 'utf8'))
    expect(json).toMatchObject({ version: 1, gateway_url: 'https://darkroom.example.com', totals: { move: 2, fallback: 2 } })
  })

  it('prints the inventory with --json', async () => {
    const { code, stdout } = await darkroom(['scan', 'project', '--json'], { cwd })
    expect(code).toBe(0)
    expect(JSON.parse(stdout).sites[0]).toMatchObject({ file: 'pictures.py', line: 15, operation: 'generation', verdict: 'move' })
  })

  it.each([
    [['scan', 'nowhere'], 1, 'There is no folder nowhere.\n'],
    [['scan', 'project/pictures.py'], 1, 'project/pictures.py cannot be scanned: it is no folder, or may not be opened (ENOTDIR).\n'],
    [['scan'], 2, 'scan expects one folder\n'],
    [['scan', 'project', '--gateway', 'somewhere'], 2, "--gateway expects an http or https address, found 'somewhere'\n"],
    [['scan', 'project', '--out', 'project/pictures.py'], 1, 'The checklist cannot be written to project/pictures.py (EEXIST).\n'],
  ])('%j is refused with %i', async (args, code, says) => {
    const ended = await darkroom(args, { cwd })
    expect(ended).toMatchObject({ code, stdout: '' })
    expect(ended.stderr.startsWith(says)).toBe(true)
    expect(existsSync(join(cwd, 'nowhere'))).toBe(false)
  })
})
