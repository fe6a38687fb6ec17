import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeApiKey } from '../src/access/api-key.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/security.md'), 'utf8')
const patterns = [...page.matchAll(/^regex = '''(.+)'''$/gm)].map(([, source]) => new RegExp(source!))

describe('docs/security.md', () => {
  it('gives scanners patterns that find keys and tokens in a line of code, and nothing that only looks like one', () => {
    const [key, token] = patterns as [RegExp, RegExp]
    for (let made = 0; made < 100; made++) {
      expect(`client = OpenAI(api_key="${makeApiKey()}")`).toMatch(key)
      expect(`TOKEN=dk_admin_${randomBytes(32).toString('base64url')}`).toMatch(token)
    }
    for (const text of ['dk_live_', 'dk_live_short', `xdk_live_${'a'.repeat(36)}`, `dk_live_${'a'.repeat(37)}`])
      expect(text).not.toMatch(key)
  })

  it('names tests and pages that are there', () => {
    const named = [...page.matchAll(/`(test\/[\w./-]+)`/g)].map(([, path]) => path!)
    const linked = [...page.matchAll(/\]\((?!http)([\w./-]+)\)/g)].map(([, path]) => `docs/${path}`)
    expect(named.length).toBeGreaterThanOrEqual(4)
    for (const path of [...named, ...linked]) expect(() => readFileSync(join(root, path))).not.toThrow()
  })
})
