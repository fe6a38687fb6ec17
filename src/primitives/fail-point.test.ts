import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { activeFailPoint, makeFailPoint, readFailPoint } from './fail-point.ts'
import { failPointNames } from './fail-point-names.ts'

const source = resolve(import.meta.dirname, '..')

describe('the fail points', () => {
  it('are at least forty, and each stands somewhere in the source', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!\.test)\.ts$/.test(name))
    const text = files.map((name) => readFileSync(join(source, name), 'utf8')).join('\n')
    const standing = new Set([...text.matchAll(/\bfp\('([a-z_]+)'\)|\bnote\(parts, '([a-z_]+)'/g)].map((match) => match[1] ?? match[2]))
    expect([...standing].sort()).toEqual([...failPointNames].sort())
    expect(new Set(failPointNames).size).toBe(failPointNames.length)
    expect(failPointNames.length).toBeGreaterThanOrEqual(40)
  })

  it('are off unless the variable was set at start', () => {
    expect(activeFailPoint).toBeNull()
    expect([readFailPoint(undefined), readFailPoint('')]).toEqual([null, null])
  })

  it.each([
    ['after_intent:1:kill', { name: 'after_intent', hit: 1, action: { kind: 'kill' } }],
    ['before_settle:12:throw', { name: 'before_settle', hit: 12, action: { kind: 'throw' } }],
    ['body_piece:3:delay:40000', { name: 'body_piece', hit: 3, action: { kind: 'delay', ms: 40_000 } }],
    ['spool_before_write:1:error:ENOSPC', { name: 'spool_before_write', hit: 1, action: { kind: 'error', code: 'ENOSPC' } }],
  ])('%s is read', (text, failPoint) => {
    expect(readFailPoint(text)).toEqual(failPoint)
  })

  it.each([
    'after_intend:1:kill',
    'after_intent',
    'after_intent:0:kill',
    'after_intent:1:die',
    'after_intent:1:delay',
    'after_intent:1:kill:9',
  ])('%s is refused: a proof that tests nothing is worse than none', (text) => {
    expect(() => readFailPoint(text)).toThrow('DARKROOM_FAIL_POINT')
  })

  it('act at the passing that was asked for, once, and at no other place', () => {
    const fp = makeFailPoint({ name: 'before_settle', hit: 2, action: { kind: 'error', code: 'EIO' } })
    fp('after_settle')
    fp('before_settle')
    expect(() => fp('before_settle')).toThrow(expect.objectContaining({ code: 'EIO' }))
    fp('before_settle')
  })
})
