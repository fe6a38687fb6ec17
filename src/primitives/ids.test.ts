import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type IdKind, isId, newId } from './ids.ts'

const kinds = 'gen att img key prj led req boot file inp evd bud gate grant atc sec'.split(' ') as IdKind[]

describe('ids', () => {
  it.each(kinds)('makes a %s id that only its own kind recognises', (kind) => {
    const id = newId(kind)
    expect(kinds.filter((other) => isId(other, id))).toEqual([kind])
  })

  it('never makes one twice', () => {
    const made = Array.from({ length: 10_000 }, () => newId('gen'))
    expect(new Set(made).size).toBe(made.length)
  })

  it('begins with the time, so that ids of different milliseconds sort by age', () => {
    const timeOf = (id: string) => Number.parseInt(id.slice('gen_'.length, 'gen_'.length + 12), 16)
    const before = Date.now()
    const time = timeOf(newId('gen'))
    expect(time).toBeGreaterThanOrEqual(before)
    expect(time).toBeLessThanOrEqual(Date.now())
  })

  it('recognises nothing that could leave a folder or a query', () => {
    const id = newId('gen')
    const near = [`${id}\n`, ` ${id}`, id.toUpperCase(), `${id}0`, id.slice(0, -1), `gen_${'../'.repeat(14)}..`, `gen_${'0'.repeat(43)}'`]
    expect(near.filter((text) => isId('gen', text))).toEqual([])
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(isId('gen', text)).toBe(false)
      }),
    )
  })
})
