import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodePicture, sha256 } from '../support/picture-bytes.ts'
import { darkroom, type Ended, makeFolder, serve } from './darkroom-program.ts'

/** The smallest legal picture: nothing here depends on more pixels. */
const SMALL = ['--size', '1024x640', '--quality', 'low']

// One folder for all: the commands of this file share the data folder that the first one makes.
const folder = await makeFolder()
const cwd = folder.path
const at = (...path: string[]) => join(cwd, ...path)
const command = (...args: string[]) => darkroom(args, { cwd })
let first: Ended

beforeAll(async () => {
  const place = { cwd, environment: { OPENAI_API_KEY: 'sk-lies-around' } }
  first = await darkroom(['generate', 'A quiet harbour at dawn', '-o', 'harbour.png', ...SMALL], place)
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('darkroom generate without a server', () => {
  it('makes a real picture of the asked size and pays nobody, though a key lies in the environment', async () => {
    expect(first).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^harbour\.png {2}1024x640 png, \d+ kB\n0\.\d+ USD of play money, generation gen_[0-9a-f]{44}\n$/),
    })
    expect(await decodePicture(readFileSync(at('harbour.png')))).toEqual({ format: 'png', width: 1024, height: 640 })
  })

  it('numbers several pictures, takes the format from the name, and prints the record with --json', async () => {
    const { code, stdout, stderr } = await command('generate', 'Two boats', '--n', '2', '-o', 'boats.webp', '--json', ...SMALL)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const record = JSON.parse(stdout)
    expect(record).toMatchObject({
      status: 'completed',
      request_shape: { n: 2, size: '1024x640', output_format: 'webp' },
      cost: { book: 'sandbox' },
      files: ['boats-1.webp', 'boats-2.webp'],
    })
    for (const [index, file] of record.files.entries()) {
      const bytes = readFileSync(at(file))
      expect(await decodePicture(bytes)).toEqual({ format: 'webp', width: 1024, height: 640 })
      expect(sha256(bytes)).toBe(record.images[index].sha256)
    }
    expect(existsSync(at('boats.webp'))).toBe(false)
  })

  it('refuses a size the model cannot draw: exit code 1, the reason and the price on stderr, no file', async () => {
    expect(await command('generate', 'A boat', '-o', 'wide.png', '--size', '1920x1080')).toEqual({
      code: 1,
      stdout: '',
      stderr: `Refused: Invalid size '1920x1080'. Width and height must both be divisible by 16.
Not charged. Change it before you send it again. (400 invalid_value size; docs/errors.md#invalid_size)
`,
    })
    expect(existsSync(at('wide.png'))).toBe(false)
  })

  it.each([
    ['nowhere/boat.png', 'nowhere/boat.png cannot be saved: the folder nowhere does not exist. No picture was made.\n'],
    ['data', 'data cannot be saved: something else than a file has that name. No picture was made.\n'],
  ])('makes no picture that it could not save as %s', async (out, stderr) => {
    expect(await command('generate', 'A boat', '-o', out)).toEqual({ code: 1, stdout: '', stderr })
  })

  it('refuses --live without a key to pay with', async () => {
    const { code, stderr } = await command('generate', 'A boat', '--live')
    expect(code).toBe(1)
    expect(stderr).toMatch(/^OPENAI_API_KEY: expected your OpenAI key, which --live pays with, found nothing\. See .*\n$/)
  })

  it('exits with 2 and shows the usage when the command line makes no sense', async () => {
    const { code, stdout, stderr } = await command('generate', 'A boat', '--bogus')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^Unknown option '--bogus'\n\nUsage: darkroom generate /)
  })

  it('leaves no server, no lock, no spool and no unfinished file behind', () => {
    expect(readdirSync(cwd).sort()).toEqual(['boats-1.webp', 'boats-2.webp', 'data', 'harbour.png'])
    expect(readdirSync(at('data')).filter((name) => name === 'owner.json' || /-(wal|shm)$/.test(name))).toEqual([])
    expect(readdirSync(at('data', 'spool'))).toEqual([])
  })

  it('shares one gateway when several are started at once', async () => {
    const place = { cwd, environment: { DARKROOM_DATA: 'shared' } }
    const runs = await Promise.all(
      ['one.jpg', 'two.jpg', 'three.jpg'].map((file) => darkroom(['generate', file, '-o', file, ...SMALL], place)),
    )
    expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(runs.map(() => ({ code: 0, stderr: '' })))
    expect(await decodePicture(readFileSync(at('three.jpg')))).toEqual({ format: 'jpeg', width: 1024, height: 640 })
  })
})

describe('the rest of the command line without a server', () => {
  it('ledger does not take a folder without data for an empty ledger', async () => {
    const { code, stdout, stderr } = await command('ledger', '--data', 'nowhere')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^There is no data in \S+\/nowhere\. Name the data folder with --data or DARKROOM_DATA\.\n$/)
    expect(existsSync(at('nowhere'))).toBe(false)
  })

  it('--version says the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(await command('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('openapi prints the document', async () => {
    const { code, stdout } = await command('openapi')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ openapi: expect.stringMatching(/^3\.1\./), paths: { '/v1/images/generations': {} } })
  })

  it('a backup needs no valid settings, restores into a new folder, and a server reads the picture from there', async () => {
    const place = { cwd, environment: { PORT: 'nonsense' } }
    expect(await darkroom(['backup', 'copy'], place)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^copy: 2 generations, 3 pictures\n/),
    })
    expect(await darkroom(['restore', 'copy', '--data', 'restored'], place)).toMatchObject({ code: 0 })
    expect(await darkroom(['restore', 'copy', '--data', 'restored'], place)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('restored is not empty and is never overwritten'),
    })

    await using server = await serve(['--data', 'restored'], { cwd })
    const headers = { authorization: `Bearer ${readFileSync(at('restored', 'default-key'), 'utf8').trim()}` }
    const id = /gen_[0-9a-f]{44}/.exec(first.stdout)?.[0]
    const record = (await (await fetch(`${server.url}/v2/generations/${id}`, { headers })).json()) as { images: { id: string }[] }
    const picture = await fetch(`${server.url}/v2/images/${record.images[0]?.id}`, { headers })
    expect(Buffer.from(await picture.arrayBuffer()).equals(readFileSync(at('harbour.png')))).toBe(true)
  })
})
