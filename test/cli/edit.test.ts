import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { type Canvas, createCanvas, loadImage } from '@napi-rs/canvas'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandContext } from '../../src/cli/command.ts'
import { runCommand } from '../../src/cli/run-command.ts'
import { decodePicture } from '../support/picture-bytes.ts'
import { darkroom, makeFolder, type RunningServer, run, serve } from './darkroom-program.ts'

const WIDTH = 1024
const HEIGHT = 640
/** Where the mask is open. */
const HOLE = { x: 512, y: 128, width: 320, height: 320 }

const folder = await makeFolder()
const cwd = folder.path
const at = (...path: string[]) => join(cwd, ...path)
const command = (...args: string[]) => darkroom(args, { cwd })
let server: RunningServer

beforeAll(async () => {
  await drawFiles()
  server = await serve([], { cwd })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

function drawn(width: number, height: number, ground: string, paint: (context: ReturnType<Canvas['getContext']>) => void): Canvas {
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  context.fillStyle = ground
  context.fillRect(0, 0, width, height)
  paint(context)
  return canvas
}

async function drawFiles(): Promise<void> {
  const source = drawn(WIDTH, HEIGHT, '#8899bb', (context) => {
    context.fillStyle = '#226644'
    context.fillRect(100, 80, 120, 300)
    context.fillStyle = '#cc5522'
    context.fillRect(420, 220, 300, 200)
  })
  const blackAndWhite = drawn(WIDTH, HEIGHT, 'black', (context) => {
    context.fillStyle = 'white'
    context.fillRect(HOLE.x, HOLE.y, HOLE.width, HOLE.height)
  })
  writeFileSync(at('in.png'), await source.encode('png'))
  writeFileSync(at('in.jpg'), await source.encode('jpeg'))
  writeFileSync(at('bw.png'), await blackAndWhite.encode('png'))
  writeFileSync(at('small.png'), await createCanvas(320, 200).encode('png'))
  writeFileSync(at('black.png'), await drawn(WIDTH, HEIGHT, 'black', () => {}).encode('png'))
  writeFileSync(at('notes.png'), 'not a picture')
  mkdirSync(at('pictures'))
}

async function pixelsOf(file: string) {
  const image = await loadImage(readFileSync(at(file)))
  const context = createCanvas(image.width, image.height).getContext('2d')
  context.drawImage(image, 0, 0)
  return context.getImageData(0, 0, image.width, image.height)
}

/** Pixels of one colour channel after another, of a rectangle or of everything else. */
async function count(file: string, counts: (pixel: Uint8ClampedArray, isInside: boolean, at: number) => boolean): Promise<number> {
  const { data, width } = await pixelsOf(file)
  let found = 0
  for (let index = 0; index < data.length / 4; index++) {
    const [x, y] = [index % width, Math.floor(index / width)]
    const isInside = x >= HOLE.x && x < HOLE.x + HOLE.width && y >= HOLE.y && y < HOLE.y + HOLE.height
    if (counts(data.subarray(index * 4, index * 4 + 4), isInside, index * 4)) found++
  }
  return found
}

async function differing(one: string, other: string, inside: boolean): Promise<number> {
  const { data } = await pixelsOf(other)
  return count(one, (pixel, isInside, place) => isInside === inside && pixel.some((value, channel) => value !== data[place + channel]))
}

describe('darkroom mask', () => {
  it('turns black and white into transparency, without a server and without a data folder', async () => {
    await using elsewhere = await makeFolder()
    expect(await darkroom(['mask', at('bw.png'), '-o', at('mask.png')], { cwd: elsewhere.path })).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/mask\.png {2}1024x640 png, \d+ kB: 16 % drawn anew, 84 % kept\n$/),
    })
    expect(readdirSync(elsewhere.path)).toEqual([])
    expect(await count('mask.png', ([, , , alpha], isInside) => alpha !== (isInside ? 0 : 255))).toBe(0)
  })

  it('is saved with the rights of every file this user makes', async () => {
    await run('bash', ['-c', 'touch usual'], { cwd }).ended
    expect(statSync(at('mask.png')).mode).toBe(statSync(at('usual')).mode)
  })

  it('swaps black and white with --invert', async () => {
    const { code, stdout } = await command('mask', 'bw.png', '-o', 'inverted.png', '--invert', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ file: 'inverted.png', width: WIDTH, height: HEIGHT, opaqueShare: 0.15625 })
    expect(await count('inverted.png', ([, , , alpha], isInside) => alpha !== (isInside ? 255 : 0))).toBe(0)
  })

  it('warns of a mask that no edit will take', async () => {
    const { code, stderr } = await command('mask', 'black.png', '-o', 'closed.png')
    expect(code).toBe(0)
    expect(stderr).toBe(
      'Warning: nothing of it is white, so no edit will take it as a mask. If the colours are the other way round, use --invert.\n',
    )
  })

  it.each([
    ['in.png', /^in\.png cannot become a mask\. \d+ % of the mask is in colour/],
    ['mask.png', /^mask\.png cannot become a mask\. The mask has transparent pixels already/],
    ['notes.png', /^notes\.png cannot become a mask\. A picture cannot be decoded/],
    ['nowhere.png', /^There is no file nowhere\.png \(/],
    ['pictures', /^pictures is a folder, not a picture/],
  ])('says why %s cannot become one, and leaves no file', async (file, reason) => {
    expect(await command('mask', file, '-o', 'none.png')).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(reason) })
    expect(readdirSync(cwd).filter((name) => name.includes('none'))).toEqual([])
  })

  it('never replaces what it is made of', async () => {
    expect(await command('mask', 'bw.png', '-o', './bw.png')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^\.\/bw\.png goes in and would be replaced by the result/),
    })
  })
})

describe('darkroom edit', () => {
  it('takes a picture, a prompt and a mask, and saves the result', async () => {
    expect(await command('edit', 'in.png', 'replace only the background with a harbour at dawn', '--mask', 'mask.png')).toEqual({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^picture\.png {2}\d+x\d+ png, \d+ kB\n0\.\d+ USD of play money, generation gen_[0-9a-f]{44}\n$/),
    })
    expect(await decodePicture(readFileSync(at('picture.png')))).toMatchObject({ format: 'png' })
  })

  it('works without a server too', async () => {
    const { code, stderr } = await command('edit', 'in.png', 'A boat', '-o', 'alone.jpg', '-s', '1024x640', '--data', 'alone')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(await decodePicture(readFileSync(at('alone.jpg')))).toEqual({ format: 'jpeg', width: 1024, height: 640 })
    expect(readdirSync(at('alone', 'spool'))).toEqual([])
  })

  it('keeps every pixel outside a strict mask, although the model drifts, and says so', async () => {
    const prompt = 'A boat [[sandbox: drift=80]]'
    const { code, stdout } = await command('edit', 'in.png', prompt, '--mask', 'mask.png', '--strict', '--drift', '-o', 'strict.png')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^strict\.png {2}1024x640 png/)
    expect(stdout).toMatch(/^ {2}Composited: outside the mask every pixel is that of the picture sent\. .* is kept as img_[0-9a-f]{44}\.$/m)
    expect(stdout).toMatch(/^ {2}Changed: 0 % outside the mask \(similarity 1\.000\), \d+ % inside it\.$/m)
    expect(await differing('strict.png', 'in.png', false)).toBe(0)
    expect(await differing('strict.png', 'in.png', true)).toBeGreaterThan(0)
  })

  it('says what drifted outside a mask that is not strict, and in the rectangles to protect', async () => {
    const drifting = ['edit', 'in.png', 'A boat [[sandbox: drift=80]]', '--mask', 'mask.png', '-s', '1024x640', '-o', 'drifted.png']
    const { stdout } = await command(...drifting, '--drift', '--protect', '90,70,100,100')
    expect(stdout).toMatch(/^ {2}Changed: [1-9][\d.]* % outside the mask \(similarity 0\.\d+\), \d+ % inside it\.$/m)
    expect(stdout).toMatch(/^ {2}Protected 90,70,100,100: [1-9][\d.]* % changed/m)
  })

  it('sends several pictures in their order, with what was said of them, and numbers the results', async () => {
    const args = ['in.jpg', 'in.png', 'Two boats', '-n', '2', '-o', 'boats.webp', '-s', '1024x640', '--rights', '自社撮影']
    const { code, stdout } = await command('edit', ...args, '--json', '--drift')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      operation: 'edit',
      status: 'completed',
      request_shape: {
        input_image_count: 2,
        input_images: [
          { source: 'upload', source_ref: 'in.jpg', format: 'jpeg', rights: '自社撮影' },
          { source: 'upload', source_ref: 'in.png', format: 'png', rights: '自社撮影' },
        ],
      },
      files: ['boats-1.webp', 'boats-2.webp'],
      drift: [{ status: 'measured' }, { status: 'measured' }],
    })
    expect(await decodePicture(readFileSync(at('boats-2.webp')))).toEqual({ format: 'webp', width: 1024, height: 640 })
  })

  it('takes the id of a picture made here, beside files', async () => {
    const made = JSON.parse((await command('generate', 'A boat', '-o', 'boat.png', '-s', '1024x640', '--json')).stdout)
    const [{ id, sha256 }] = made.images
    const edited = await command('edit', id, 'in.jpg', 'At night', '--mask', 'mask.png', '-o', 'night.png', '--json')
    expect(edited.code).toBe(0)
    expect(JSON.parse(edited.stdout).request_shape.input_images).toMatchObject([
      { role: 'image', source: 'image', source_ref: id, sha256 },
      { role: 'image', source: 'data_url', format: 'jpeg' },
      { role: 'mask', source: 'data_url', format: 'png' },
    ])
  })

  it('converts a source and a black and white mask when it is told to, and not otherwise', async () => {
    const edit = ['edit', 'in.jpg', 'A boat', '-o', 'converted.png', '--mask', 'bw.png']
    const refused = await command(...edit)
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain(
      '\nOn the command line: for a black and white mask --mask-mode luminance, or a mask made with darkroom mask.\n',
    )
    const { code, stdout } = await command(...edit, '--mask-mode', 'luminance', '--convert-source', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout).request_shape.input_images).toMatchObject([{ conversion: 'png' }, { conversion: 'mask_from_luminance' }])
  })
})

describe('--key-transparency', () => {
  it('takes a flat background out and says so', async () => {
    const { code, stdout } = await command('generate', 'A boat', '--key-transparency', '-o', 'keyed.png', '-s', '1024x640', '-q', 'low')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}The background was drawn in #[0-9a-f]{6} and taken out here\. .* is kept as img_[0-9a-f]{44}\.$/m)
    expect(await count('keyed.png', ([, , , alpha]) => alpha === 0)).toBeGreaterThan(0)
  })
})

/** A stream that passes for a terminal of 80 columns. */
function terminal() {
  let heard = ''
  const stream = new PassThrough({ encoding: 'utf8' }).on('data', (piece: string) => {
    heard += piece
  })
  return Object.assign(stream, { isTTY: true, columns: 80, said: () => heard })
}

describe('darkroom edit on a terminal', () => {
  it('names the price before and what changed after, broken to the width of the terminal', async () => {
    const [stdout, stderr] = [terminal(), terminal()]
    const shut = () => {
      throw new Error('a server is there')
    }
    const context: CommandContext = {
      stdin: new PassThrough(),
      stdout,
      stderr,
      environment: {},
      version: '1.2.3',
      openGateway: shut,
      serve: shut,
      openApi: shut,
      dataFolder: () => at('data'),
      interruption: () => new AbortController().signal,
    }
    const code = await runCommand(['edit', at('in.png'), 'A boat', '--mask', at('mask.png'), '--strict', '-o', at('seen.png')], context)
    const [said, aside] = [stdout.said(), stderr.said()]
    expect(code).toBe(0)
    expect(aside).toMatch(/^This costs about 0\.\d+ USD of play money on sandbox, at most 0\.\d+\.\n/)
    expect(said).toMatch(/^ {2}Changed: 0 % outside the mask/m)
    expect(said).toMatch(/^ {2}Composited: outside the mask [^\n]*\n {4}\S/m)
    expect(said.split('\n').filter((line) => line.startsWith(' ') && line.length > 80)).toEqual([])
  })
})

describe('darkroom edit refuses', () => {
  it.each([
    [['nowhere.png', 'A boat'], 1, /^There is no file nowhere\.png \(.*\/nowhere\.png\)\. No picture was made\.\n$/],
    [['pictures', 'A boat'], 1, /^pictures is a folder, not a picture: name a file in it\. No picture was made\.\n$/],
    [['in.png', 'A boat', '--mask', 'nowhere.png'], 1, /^There is no file nowhere\.png /],
    [['in.png', 'notes.png', 'A boat'], 1, /^Refused: notes\.png: The file is a text; .*\nNot charged\./],
    [['in.png', 'A boat', '--mask', 'small.png'], 1, /mask size does not match image size: found 320x200, image is 1024x640/],
    [['in.png', 'A boat', '--strict'], 1, /^Refused: A strict mask was asked for and the request has no mask/],
    [['https://127.0.0.1/a.png', 'A boat'], 1, /^Refused: https:\/\/127\.0\.0\.1\/a\.png: The URL of an input could not be fetched/],
    [['A boat', 'in.png'], 2, /^edit expects the pictures first and the prompt behind them, found 'in\.png' at the end\n/],
    [['in.png'], 2, /^edit expects a prompt in quotes behind the pictures, found none\n/],
    [['in.png', 'make', 'it', 'blue'], 2, /^There is no file 'make'\. If it belongs to the prompt, put the whole prompt in quotes\.\n/],
    [['in.png', 'A boat', '-o', 'in.png'], 2, /^in\.png goes in and would be replaced by the result: choose another name with --out\n/],
  ])('%j, in words for whoever typed it', async (args, code, reason) => {
    const kept = readFileSync(at('in.png'))
    expect(await command('edit', '-o', 'refused.png', ...args)).toEqual({ code, stdout: '', stderr: expect.stringMatching(reason) })
    expect(existsSync(at('refused.png'))).toBe(false)
    expect(readFileSync(at('in.png')).equals(kept)).toBe(true)
  })
})

describe('asking about an edit', () => {
  it('check --edit accepts, with the price', async () => {
    const { code, stdout } = await command('check', '--edit', 'in.png', 'A boat', '--mask', 'mask.png', '--strict', '-q', 'low')
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^Accepted: gpt-image-2, 1 picture, size 1024x640, quality low, png\.\nIt would cost about 0\.\d+ USD on sandbox, at most 0\.\d+\.\n$/,
    )
  })

  it('check --edit names the file that is wrong', async () => {
    const { code, stdout } = await command('check', '--edit', 'notes.png', 'A boat')
    expect(code).toBe(1)
    expect(stdout).toMatch(/^Refused: notes\.png: The file is a text/)
  })

  it('estimate --edit prices the pictures that go in', async () => {
    const price = async (...pictures: string[]) => {
      const { stdout } = await command('estimate', '--edit', ...pictures, 'A boat', '-s', '1024x640', '-q', 'low', '--json')
      return BigInt(JSON.parse(stdout).expected.nanos)
    }
    expect(await price('in.png', 'in.jpg')).toBeGreaterThan(await price('in.png'))
  })
})
