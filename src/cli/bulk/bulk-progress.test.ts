import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { bulkStanding } from '../../../test/support/bulk-standing.ts'
import { manualClock } from '../../db/test-engines.ts'
import { BulkProgress } from './bulk-progress.ts'

const clock = () => manualClock(Date.parse('2026-11-29T12:00:00Z'))
const terminal = (columns: number) => Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns })
const read = (stream: PassThrough) => String(stream.read() ?? '')

describe('BulkProgress on a terminal', () => {
  it('draws its line over, and removes it', () => {
    const stream = terminal(80)
    const progress = new BulkProgress(stream, { clock: clock(), isQuiet: true })
    progress.show(bulkStanding())
    const drawn = read(stream)
    expect(stripVTControlCharacters(drawn)).toMatch(/^⠋ .* 250\/500 .* left$/)
    expect(drawn).not.toContain('\n')
    progress.show(bulkStanding({ counts: { completed: 248, waiting: 185 } }))
    expect(read(stream)).toMatch(/^\r\x1b\[J. .*251\/500/)
    progress.note('Something to know.')
    expect(read(stream)).toBe('\r\x1b[JSomething to know.\n')
    progress.show(bulkStanding())
    stream.read()
    progress[Symbol.dispose]()
    expect(read(stream)).toBe('\r\x1b[J')
  })

  it('removes what a terminal broke into several lines when it became narrower, and fits the next line in', () => {
    const stream = terminal(90)
    using progress = new BulkProgress(stream, { clock: clock(), isQuiet: false })
    progress.show(bulkStanding())
    stream.read()
    stream.columns = 40
    stream.emit('resize')
    const drawn = read(stream)
    expect(drawn.startsWith('\x1b[2A\r\x1b[J')).toBe(true)
    expect(stripVTControlCharacters(drawn).trim().length).toBeLessThan(40)
  })
})

describe('BulkProgress in a pipe', () => {
  it('says a line at once, then one every ten seconds at most where something was done, and each change of state', () => {
    const stream = new PassThrough({ encoding: 'utf8' })
    const time = clock()
    using progress = new BulkProgress(stream, { clock: time, isQuiet: false })
    const said = (completed: number, change = {}) => {
      progress.show(bulkStanding({ counts: { completed, waiting: 433 - completed }, ...change }))
      return read(stream)
    }
    expect(said(247)).toBe('set_1: 250 of 500 done, 3 failed, 0.73 USD, 6 min left\n')
    time.advance(9999)
    expect(said(260)).toBe('')
    time.advance(1)
    expect(said(260)).toMatch(/^set_1: 263 of 500 done, .*\n$/)
    time.advance(60_000)
    expect(said(260)).toMatch(/5 min left\n$/)
    expect(said(260, { state: 'paused', pause_reason: 'budget_exceeded', eta: null })).toBe(
      'set_1: 263 of 500 done, paused, budget_exceeded, 3 failed, 0.73 USD\n',
    )
    time.advance(60_000)
    expect(said(260, { state: 'paused', pause_reason: 'budget_exceeded', eta: null })).toBe('')
  })

  it('says nothing where a program reads, but what has to be said', () => {
    const stream = new PassThrough({ encoding: 'utf8' })
    using progress = new BulkProgress(stream, { clock: clock(), isQuiet: true })
    progress.show(bulkStanding())
    progress.note('Waiting.')
    expect(read(stream)).toBe('Waiting.\n')
  })
})
