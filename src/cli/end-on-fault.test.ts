import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { endOnFault, type FaultyProcess } from './end-on-fault.ts'

/** A program that fails when the test says so. */
function program() {
  const events = new EventEmitter()
  const exits: number[] = []
  const noted: unknown[] = []
  const journal = Promise.withResolvers<void>()
  const faulty: FaultyProcess = {
    on: events.on.bind(events) as FaultyProcess['on'],
    exit: ((code: number) => exits.push(code)) as unknown as FaultyProcess['exit'],
  }
  let journalled = 0
  endOnFault(faulty, {
    note: (error) => noted.push(error),
    journal: () => {
      journalled += 1
      return journal.promise
    },
  })
  return { events, exits, noted, journal, journalled: () => journalled }
}

describe.each(['uncaughtException', 'unhandledRejection'])('F50 an %s', (event) => {
  it('is noted, what is under way is journalled, and then the program ends as one that failed', async () => {
    const { events, exits, noted, journal, journalled } = program()
    const error = new Error('nobody expected this')
    events.emit(event, error)
    expect([noted, journalled(), exits]).toEqual([[error], 1, []])
    journal.resolve()
    await journal.promise
    expect(exits).toEqual([70])
  })

  it('ends it also when the journal fails, and further faults on the way are only noted', async () => {
    const { events, exits, noted, journal, journalled } = program()
    events.emit(event, new Error('one'))
    events.emit(event, new Error('two'))
    journal.reject(new Error('no disk'))
    await journal.promise.catch(() => undefined)
    expect([noted.length, journalled(), exits]).toEqual([2, 1, [70]])
  })

  it('is not noted without end where noting it makes the next', () => {
    const { events, noted, journalled } = program()
    for (let fault = 0; fault < 1000; fault++) events.emit(event, new Error('broken pipe'))
    expect([noted.length, journalled()]).toEqual([10, 1])
  })
})
