import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeSample, type SampleLanguage } from '../../studio/src/screens/make/code-samples.ts'
import { emptyDraft, requestOf } from '../../studio/src/screens/make/draft.ts'
import { draftOfPreset, presetNames } from '../../studio/src/screens/make/presets.ts'
import { type Ended, makeFolder, run } from '../cli/darkroom-program.ts'
import { smallCall } from '../support/generation-calls.ts'
import { hasPython } from '../support/has-python.ts'
import { decodePicture } from '../support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const root = resolve(import.meta.dirname, '../..')
const examples = join(root, 'examples/presets')
const read = (name: string) => JSON.parse(readFileSync(join(examples, name), 'utf8')) as Record<string, unknown>

let gateway: TestGateway
let folder: Awaited<ReturnType<typeof makeFolder>>

beforeAll(async () => {
  gateway = await startTestGateway()
  folder = await makeFolder()
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'))
})
afterAll(async () => {
  await gateway.close()
  await folder[Symbol.asyncDispose]()
})

const programs: Readonly<Record<SampleLanguage, readonly [command: string, file: string]>> = {
  curl: ['sh', 'sample.sh'],
  node: [process.execPath, 'sample.mjs'],
  python: ['python3', 'sample.py'],
}

/** Runs a sample as it is pasted. */
function runSample(language: SampleLanguage, request: object): Promise<Ended> {
  const [command, file] = programs[language]
  writeFileSync(join(folder.path, file), codeSample(language, gateway.url, request as Record<string, unknown>))
  return run(command, [file], { cwd: folder.path, environment: { DARKROOM_KEY: gateway.key } }).ended
}

/** What every shell and every program language reads in its own way. */
const awkward = `It's a "fox" — \\n 'neath \`$HOME\` ''' 新茶 #{x} %s`
const asked = { ...smallCall, prompt: awkward, output_format: 'webp', output_compression: 80, n: 1, stream: true }

const languages: SampleLanguage[] = hasPython() ? ['curl', 'node', 'python'] : ['curl', 'node']

describe('the call as a program', () => {
  it.each(languages)('in %s runs as it is pasted, with previews and without, and says the same words', async (language) => {
    for (const partial_images of [0, 2]) {
      const { code, stderr } = await runSample(language, { ...asked, partial_images })
      expect([code, stderr]).toEqual([0, ''])
      const file = readdirSync(folder.path).find((name) => /^picture.*\.webp$/.test(name))!
      const picture = readFileSync(join(folder.path, file))
      expect(await decodePicture(picture)).toMatchObject({ format: 'webp', width: 1024, height: 640 })
      execFileSync('rm', [join(folder.path, file)])
      const { images } = (await (await gateway.fetch('/v2/images?limit=1')).json()) as { images: { generation_id: string }[] }
      const record = await (await gateway.fetch(`/v2/generations/${images[0]!.generation_id}`)).json()
      const check = await gateway.fetch('/v2/prompts/render', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ document: { purpose: awkward } }),
      })
      const { prompt_sha256 } = (await check.json()) as { prompt_sha256: string }
      expect(record).toMatchObject({ request_shape: { prompt_sha256, partial_images, stream: partial_images > 0 } })
    }
  })

  it.each(languages)('in %s fails with what the gateway says', async (language) => {
    const { code, stderr } = await runSample(language, { ...asked, size: '1920x1080', partial_images: 0 })
    expect(code).not.toBe(0)
    expect(stderr).toContain('divisible by 16')
  })
})

describe('the examples', () => {
  it('are the same in the studio and as files', () => {
    const files = presetNames.map((name) => {
      // Whoever runs a file decides about the review queue elsewhere.
      const draft = { ...emptyDraft, isReviewed: false, ...draftOfPreset(name) }
      const { stream: _stream, partial_images: _partials, n: _n, ...body } = requestOf(draft, { prompt: draft.prompt })
      const file = name.replaceAll('_', '-')
      expect([name, read(`${file}.json`)]).toEqual([name, body])
      if (draft.thenEdit !== null) expect(read(`${file}-edit.json`)).toMatchObject({ prompt: draft.thenEdit, size: body.size })
      return [`${file}.json`, ...(draft.thenEdit === null ? [] : [`${file}-edit.json`])]
    })
    expect(readdirSync(examples).toSorted()).toEqual([...files.flat(), 'run.mjs'].toSorted())
  })

  it.each(presetNames)('%s runs as a file and comes in the size and format that it asks for', async (name) => {
    const file = name.replaceAll('_', '-')
    const program = readFileSync(join(examples, 'run.mjs'), 'utf8').replace('http://127.0.0.1:4100', gateway.url)
    // It reads what lies beside it.
    writeFileSync(join(folder.path, 'run.mjs'), program.replaceAll('import.meta.dirname', JSON.stringify(examples)))
    const { code, stderr } = await run(process.execPath, ['run.mjs', file], {
      cwd: folder.path,
      environment: { DARKROOM_KEY: gateway.key },
    }).ended
    expect([code, stderr]).toEqual([0, ''])
    const { size, output_format: format } = read(`${file}.json`)
    const pictures = readdirSync(folder.path).filter((found) => found.startsWith(file) && found.endsWith(String(format)))
    expect(pictures).toHaveLength(name === 'portrait' ? 2 : 1)
    for (const picture of pictures) {
      const { width, height, ...decoded } = await decodePicture(readFileSync(join(folder.path, picture)))
      expect([`${width}x${height}`, decoded]).toMatchObject([size, { format }])
    }
  })
})
