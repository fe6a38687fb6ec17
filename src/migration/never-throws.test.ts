import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { checklistJson, checklistMarkdown, scanFolder } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'darkroom-scan-any-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const names = ['a.ts', 'a.py', 'a.sh', 'a.http', 'a.yaml', '.env', 'a.ipynb', 'a.har', 'a.jsonl', 'a.go']
const fragments = fc.constantFrom(
  'client.images.generate(',
  'const client = new OpenAI({ baseURL: ',
  'fetch(`$',
  '{BASE}/v1/images/edits`, {',
  'curl https://api.openai.com/v1/images/generations \\\n',
  '-d \'{"model": "dall-e-3", "size": "9x9"}\'',
  'https://chatgpt.com/backend-api/conversation',
  'requests.post(f"{URL}/images/generations", json=payload',
  '"POST /v1/images/generations HTTP/1.1" 200',
  '{"log":{"entries":[',
  '"""',
  '`',
  '${',
  '}',
  ')',
  '/*',
  '//',
  '#',
  '\n',
  '\\',
  "'",
  'model: MODEL, ...params',
  'const MODEL = MODEL + MODEL\n',
  '<<EOF',
  '\u0000',
  '🖼️',
)

describe('scanFolder', () => {
  it('takes any text under any name without throwing, and reports it', () => {
    const text = fc
      .array(fc.oneof(fragments, fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 30 })
      .map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(fc.constantFrom(...names), text, (name, content) => {
        const path = join(folder, name)
        writeFileSync(path, content)
        const inventory = scanFolder(folder)
        expect(JSON.parse(checklistJson(inventory)).sites).toHaveLength(inventory.sites.length)
        expect(checklistMarkdown(inventory)).toContain('## What this scan cannot see')
        rmSync(path)
      }),
      { numRuns: 400 },
    )
  })

  it('puts no key into a report, wherever it stands', () => {
    const key = fc.stringMatching(/^sk-(proj-)?[A-Za-z0-9]{24,40}$/)
    const place = fc.constantFrom(
      (secret: string) => ['a.ts', `const c = new OpenAI({ apiKey: '${secret}' })\nc.images.generate({ prompt: '${secret}' })`],
      (secret: string) => [
        'a.py',
        `requests.post("https://api.openai.com/v1/images/generations?key=${secret}", headers={"Authorization": "Bearer ${secret}"})`,
      ],
      (secret: string) => [
        'a.sh',
        `curl https://${secret}@api.openai.com/v1/images/edits -H "Authorization: Bearer ${secret}" -F model=${secret}`,
      ],
      (secret: string) => ['a.jsonl', JSON.stringify({ url: `https://api.openai.com/v1/images/edits/${secret}`, model: secret })],
      (secret: string) => ['.env', `OPENAI_BASE_URL=https://api.openai.com/${secret}/v1`],
    )
    fc.assert(
      fc.property(key, place, (secret, write) => {
        const [name, content] = write(secret)
        const path = join(folder, name!)
        writeFileSync(path, content!)
        const inventory = scanFolder(folder)
        expect(inventory.sites.length).toBeGreaterThan(0)
        expect(checklistJson(inventory) + checklistMarkdown(inventory)).not.toContain(secret)
        rmSync(path)
      }),
      { numRuns: 60 },
    )
  })
})
