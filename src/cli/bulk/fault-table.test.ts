import { describe, expect, it } from 'vitest'
import { faultTable } from './fault-table.ts'

const items = [
  { item: 2, param: 'lane', message: "'lane' belongs to the bulk, not to an item." },
  { item: 11, param: null, message: 'The item\x1b[2J is no job.' },
]

describe('faultTable', () => {
  it('shows item, parameter and message, and lets no message move the cursor', () => {
    expect(faultTable(items, undefined)).toEqual([
      'item  param  message',
      "   2  lane   'lane' belongs to the bulk, not to an item.",
      '  11         The item is no job.',
    ])
  })

  it('breaks messages within their column on a terminal', () => {
    expect(faultTable(items.slice(0, 1), 40)).toEqual([
      'item  param  message',
      "   2  lane   'lane' belongs to the bulk,\n             not to an item.",
    ])
  })

  it('becomes sentences where a column would be too narrow', () => {
    expect(faultTable(items, 30)).toEqual(["item 2, lane: 'lane' belongs\n  to the bulk, not to an item.", 'item 11: The item is no job.'])
  })

  it.each([[undefined], [null], ['x'], [[]], [[1, 'x']]])('gives nothing for an error that names no items: %j', (other) => {
    expect(faultTable(other, 80)).toEqual([])
  })
})
