import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bulkStanding } from '../../../test/support/bulk-standing.ts'
import { displayWidth } from '../layout.ts'
import { bulkLine } from './bulk-line.ts'

const nowMs = Date.parse('2026-11-29T12:00:00Z')
const line = (cells: number, change: Parameters<typeof bulkStanding>[0] = {}) => bulkLine(bulkStanding(change), cells, nowMs)

describe('bulkLine', () => {
  it('shows on a wide terminal how far it is, what went wrong, what runs, what it cost, its pace and the time left', () => {
    expect(line(120)).toBe('posters  ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀  250/500  3 failed  64 running  0.73 USD  41/min  6 min left')
  })

  it.each([
    [70, '⣿⣿⣿⣿⣦⣀⣀⣀⣀  250/500  3 failed  64 running  0.73 USD  41/min  6 min left'],
    [46, '⣿⣿⣿⣿⣿⣿⣿⣦⣀⣀⣀⣀⣀⣀⣀  250/500  3 failed  6 min left'],
    [18, '250/500  3 failed'],
    [7, '250/500'],
    [5, '250/…'],
    [0, ''],
  ])('leaves out on %d cells what matters less', (cells, text) => {
    expect(line(cells)).toBe(text)
  })

  it('says why it has paused before anything else', () => {
    expect(line(46, { state: 'paused', pause_reason: 'budget_exceeded', eta: null })).toBe('250/500  paused: budget_exceeded  3 failed')
  })

  it('fills the bar to its end with the last item, and not before', () => {
    const barAt = (completed: number) =>
      line(20, {
        counts: { waiting: 500 - completed, running: 0, completed, failed: 0 },
        settledNanos: 0n,
        per_minute: null,
        eta: null,
      }).split(' ')[0]
    expect(barAt(0)).toBe('⣀'.repeat(13))
    expect(barAt(499)).toBe(`${'⣿'.repeat(10)}⣷`)
    expect(barAt(500)).toBe('⣿'.repeat(11))
  })

  it('never breaks, whatever the name and however narrow the terminal', () => {
    const name = fc.string({ unit: fc.constantFrom('a', ' ', '新', 'é', '🦊', '\x1b[2J', '\n'), minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(name, fc.nat(150), fc.nat(200), (given, cells, waiting) => {
        const text = line(cells, { name: given, counts: { waiting } })
        expect(displayWidth(text)).toBeLessThanOrEqual(cells)
        expect(text).not.toMatch(/\p{Cc}/u)
      }),
    )
  })
})
