import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth, formatBytes, sayWrapped, table, wrap } from './layout.ts'

describe('table', () => {
  it('leans columns of numbers right and everything else left', () => {
    expect(
      table([
        ['owner', 'day', 'calls', 'charged'],
        ['openai', '2026-11-20', '7', '0.5'],
        ['acme', '2026-11-20', '120', ''],
      ]),
    ).toBe(['owner   day         calls  charged', 'openai  2026-11-20      7      0.5', 'acme    2026-11-20    120'].join('\n'))
  })

  it('gives letters of two cells two cells', () => {
    const [, first, second] = table([
      ['name', 'day'],
      ['夜明け', '2026-11-20'],
      ['dawn', '2026-11-20'],
    ]).split('\n')
    expect(displayWidth(first!)).toBe(displayWidth(second!))
  })

  it('lets no cell move the cursor or ring the bell', () => {
    const text = table([['name'], ['\x1b[2Jgone\x07\r\n\x9b31m']])
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(text).toContain('gone')
  })

  it('shows a head without rows', () => {
    expect(table([['id', 'name']])).toBe('id  name')
  })
})

describe('wrap', () => {
  it('keeps every word, breaks at spaces only, and is wider than asked only for a word that is', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,20}$/), { minLength: 1 }), fc.integer({ min: 10, max: 100 }), (words, width) => {
        const lines = wrap(words.join(' '), width, '  ').split('\n')
        expect(lines.flatMap((line) => line.trim().split(' '))).toEqual(words)
        for (const line of lines) expect(line.length <= width || !line.trim().includes(' ')).toBe(true)
      }),
    )
  })

  it('keeps what a line begins with', () => {
    expect(wrap('    → one two three', 14, '      ')).toBe('    → one two\n      three')
  })

  it('leaves text alone that no terminal shows', () => {
    const stream = new PassThrough()
    sayWrapped(stream, 'a '.repeat(100))
    expect(String(stream.read())).toBe(`${'a '.repeat(100)}\n`)
  })

  it('breaks to the columns of a terminal', () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 12 })
    sayWrapped(terminal, 'note: one two three', '      ')
    expect(String(terminal.read())).toBe('note: one\n      two\n      three\n')
  })
})

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [285_400, '285 kB'],
    [4_194_304, '4.2 MB'],
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})
