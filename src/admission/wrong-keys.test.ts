import { describe, expect, it } from 'vitest'
import { WrongKeys } from './index.ts'

function counted() {
  const time = { ms: 0 }
  return { time, keys: new WrongKeys({ monotonicMs: () => time.ms }) }
}

describe('wrong keys', () => {
  it('B69 are told to slow down, and how long, once an address tried sixty; a minute later it may try sixty again', () => {
    const { time, keys } = counted()
    const verdicts = Array.from({ length: 10_000 }, () => keys.note('10.0.0.1'))
    expect(verdicts.indexOf(1000)).toBe(60)
    expect(verdicts.slice(60).every((waitMs) => waitMs === 1000)).toBe(true)
    expect(keys.note('10.0.0.2')).toBeNull()
    time.ms = 60_000
    expect(Array.from({ length: 61 }, () => keys.note('10.0.0.1')).indexOf(1000)).toBe(60)
  })

  it('B69 are counted in constant memory, however many addresses they come from', () => {
    const { keys } = counted()
    for (let number = 0; number < 50_000; number++) keys.note(`10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`)
    expect(keys.size).toBe(10_000)
  })

  it('of all addresses of one IPv6 network count together', () => {
    const { keys } = counted()
    for (let number = 0; number < 60; number++) keys.note(`2001:db8::${number.toString(16)}`)
    expect(keys.note('2001:db8:0:0:1:2:3:4')).toBe(1000)
    expect(keys.note('2001:db8:0:1::1')).toBeNull()
  })
})
