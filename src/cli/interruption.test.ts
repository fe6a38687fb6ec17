import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Interrupted } from './command.ts'
import { listenForInterruption, type SignalledProcess } from './interruption.ts'

/** A program that is signalled by the test and notes with what it would exit. */
function program() {
  const signals = new EventEmitter()
  const exits: number[] = []
  const journal = Promise.withResolvers<void>()
  const journalled: string[] = []
  let nowMs = 0
  const state = { ppid: 100 }
  const listening: SignalledProcess = {
    on: signals.on.bind(signals) as SignalledProcess['on'],
    exit: ((code: number) => exits.push(code)) as unknown as SignalledProcess['exit'],
    get ppid() {
      return state.ppid
    },
  }
  return {
    exits,
    journal,
    journalled,
    signal: (name: string) => signals.emit(name),
    pass: (ms: number) => {
      nowMs += ms
    },
    loseParent: () => {
      state.ppid = 1
    },
    listen: (environment = {}) =>
      listenForInterruption(listening, environment, { nowMs: () => nowMs, monotonicMs: () => nowMs }, () => {
        journalled.push('asked')
        return journal.promise
      }),
  }
}

describe('listenForInterruption', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])('%s asks the program to end in its own time', (name, exitCode) => {
    const { listen, signal, exits } = program()
    const wish = listen()
    expect(wish.aborted).toBe(false)
    signal(name)
    expect(wish.reason).toBeInstanceOf(Interrupted)
    expect((wish.reason as Interrupted).exitCode).toBe(exitCode)
    expect(exits).toEqual([])
  })

  it('takes what the terminal, npm and the launcher pass on at once for one wish', () => {
    const { listen, signal, pass, exits } = program()
    listen()
    signal('SIGINT')
    signal('SIGINT')
    pass(900)
    signal('SIGTERM')
    expect(exits).toEqual([])
  })

  it('has everything journalled when it is asked again, and then ends', async () => {
    const { listen, signal, pass, exits, journal, journalled } = program()
    listen()
    signal('SIGTERM')
    expect(journalled).toEqual([])
    pass(1500)
    signal('SIGINT')
    expect([journalled, exits]).toEqual([['asked'], []])
    journal.resolve()
    await journal.promise
    expect(exits).toEqual([130])
  })

  it('ends with the same code when the journal fails', async () => {
    const { listen, signal, pass, exits, journal } = program()
    listen()
    signal('SIGTERM')
    pass(1500)
    signal('SIGTERM')
    journal.reject(new Error('no disk'))
    await journal.promise.catch(() => undefined)
    expect(exits).toEqual([143])
  })

  it('ends then and there at the third wish, whatever the journal does; one that comes with the second is the same', () => {
    const { listen, signal, pass, exits, journalled } = program()
    listen()
    signal('SIGTERM')
    pass(1500)
    signal('SIGINT')
    signal('SIGTERM')
    expect([journalled, exits]).toEqual([['asked'], []])
    pass(1500)
    signal('SIGINT')
    expect(exits).toEqual([130])
  })

  it('stops when npm ended without passing a signal on', async () => {
    const { listen, loseParent } = program()
    const wish = listen({ npm_lifecycle_event: 'start' })
    const stopped = new Promise((resolve) => wish.addEventListener('abort', resolve))
    const keepAlive = setInterval(() => {}, 1000)
    loseParent()
    await stopped
    clearInterval(keepAlive)
    expect(wish.aborted).toBe(true)
  })
})
