import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildStudio } from '../../studio/build-studio.ts'
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts'

const root = join(import.meta.dirname, '../..')
const dist = join(root, 'studio/dist')
const FIRST_LOAD_BYTES = 200_000

interface Chunk {
  file: string
  imports?: string[]
  css?: string[]
}

let gateway: TestGateway
const get = (path: string, headers: Record<string, string> = {}) => fetch(gateway.url + path, { headers, redirect: 'manual' })

beforeAll(async () => {
  await buildStudio()
  gateway = await startTestGateway({ studioFolder: dist })
})
afterAll(() => gateway?.close())

/** A chunk and everything that it loads with it. */
function loadedBy(manifest: Record<string, Chunk>, name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen
  seen.add(name)
  for (const next of manifest[name]!.imports ?? []) loadedBy(manifest, next, seen)
  return seen
}

describe('the built studio', () => {
  it(`loads less than ${FIRST_LOAD_BYTES / 1000} kB of JavaScript, compressed, for the frame and the screen that makes pictures`, () => {
    const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>
    const names = ['index.html', 'src/screens/make/make-screen.tsx'].flatMap((name) => [...loadedBy(manifest, name)])
    const scripts = [...new Set(names)].map((name) => readFileSync(join(dist, manifest[name]!.file)))
    const bytes = scripts.reduce((sum, script) => sum + gzipSync(script, { level: 9 }).length, 0)
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThan(FIRST_LOAD_BYTES)
  })

  it('is one page for every address of a screen, under a policy that lets nothing be written into it', async () => {
    const page = await (await get('/')).text()
    for (const path of ['/make', '/library/img_1?x=1', '/settings/keys/new']) {
      const answer = await get(path)
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, page])
      expect(answer.headers.get('cache-control')).toBe('no-cache')
      const policy = answer.headers.get('content-security-policy')!
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'/)
      expect(policy).not.toContain('unsafe')
    }
    expect(page).not.toMatch(/<style|style=|<script(?![^>]* src=)/)
  })

  it('is kept by browsers for ever under names that change with it, and comes compressed to whoever takes that', async () => {
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(await (await get('/')).text())![1]!
    for (const encoding of ['br', 'gzip']) {
      const answer = await get(script, { 'accept-encoding': encoding })
      expect([answer.headers.get('content-encoding'), answer.headers.get('vary')]).toEqual([encoding, 'accept-encoding'])
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(await answer.text()).toBe(readFileSync(join(dist, script), 'utf8'))
    }
    const etag = (await get(script, { 'accept-encoding': 'identity' })).headers.get('etag')!
    expect((await get(script, { 'if-none-match': etag })).status).toBe(304)
  })

  it('leaves every other address what it is', async () => {
    for (const path of [
      '/v2/nothing',
      '/v1/nothing',
      '/maker',
      '/assets/none.js',
      '/assets/../package.json',
      '/assets/%2e%2e/index.html',
      '/built-of',
    ])
      expect([path, (await get(path)).status, (await get(path)).headers.get('content-type')]).toEqual([
        path,
        404,
        'application/json; charset=utf-8',
      ])
  })
})

describe('texts of the studio', () => {
  const folders = readdirSync(join(root, 'studio/src'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('/locales'))
  const flat = (value: object, path = ''): [string, string][] =>
    Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[path + key, text]] : flat(text, `${path}${key}.`)))
  const read = (folder: string, language: string) =>
    flat(JSON.parse(readFileSync(join(root, 'studio/src', folder, `${language}.json`), 'utf8')) as object)
  const placeholders = (text: string) => [...text.matchAll(/\{\{[^}]+\}\}/g)].map(([name]) => name).toSorted()
  /** What Chinese and Japanese have one form of. */
  const withoutNumber = (key: string) => key.replace(/_(?:one|other)$/, '')

  it.each(folders)('%s has the same texts in every language, none empty, with the same places to fill in', (folder) => {
    const english = new Map(read(folder, 'en').map(([key, text]) => [withoutNumber(key), text]))
    for (const language of ['en', 'ja', 'zh-CN']) {
      const texts = read(folder, language)
      expect([language, [...new Set(texts.map(([key]) => withoutNumber(key)))].toSorted()]).toEqual([
        language,
        [...english.keys()].toSorted(),
      ])
      for (const [key, text] of texts) {
        expect([language, key, text.trim()]).not.toEqual([language, key, ''])
        expect([language, key, placeholders(text)]).toEqual([language, key, placeholders(english.get(withoutNumber(key))!)])
      }
    }
  })
})
