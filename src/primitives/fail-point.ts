import { type FailPointName, failPointNames } from './fail-point-names.ts'

/** What shall happen where, and at which passing of that place in one thread. */
export interface FailPoint {
  name: FailPointName
  /** 1 = the first time. */
  hit: number
  action:
    | { kind: 'kill' }
    | { kind: 'throw' }
    /** Nothing else of the thread runs meanwhile. */
    | { kind: 'delay'; ms: number }
    /** An error as the system gives it. */
    | { kind: 'error'; code: string }
}

/** The variable that asks for one. */
export const FAIL_POINT_VARIABLE = 'DARKROOM_FAIL_POINT'

/**
 * Reads `name:hit:action`, where the action is `kill` (SIGKILL of the own process), `throw`, `delay:<ms>` or `error:<CODE>`.
 * Null where nothing is asked for. @throws Error for anything else: a proof that tests nothing is worse than none.
 */
export function readFailPoint(text: string | undefined): FailPoint | null {
  if (text === undefined || text === '') return null
  const [name, hit, kind, value, ...more] = text.split(':')
  const found = failPointNames.find((known) => known === name)
  if (found === undefined) throw new Error(`${FAIL_POINT_VARIABLE}: there is no fail point '${name}'`)
  const action = more.length === 0 && /^[1-9]\d{0,8}$/.test(hit ?? '') ? readAction(kind, value) : null
  if (action === null)
    throw new Error(`${FAIL_POINT_VARIABLE}: expected name:hit:action with kill, throw, delay:<ms> or error:<CODE>, found '${text}'`)
  return { name: found, hit: Number(hit), action }
}

function readAction(kind: string | undefined, value: string | undefined): FailPoint['action'] | null {
  if ((kind === 'kill' || kind === 'throw') && value === undefined) return { kind }
  if (kind === 'delay' && /^\d{1,7}$/.test(value ?? '')) return { kind, ms: Number(value) }
  if (kind === 'error' && /^[A-Z][A-Z0-9]{1,19}$/.test(value ?? '')) return { kind, code: value! }
  return null
}

/** A function that does what was asked at its place, once. */
export function makeFailPoint({ name, hit, action }: FailPoint): (passed: FailPointName) => void {
  let passings = 0
  return (passed) => {
    if (passed !== name) return
    passings += 1
    if (passings === hit) act(name, action)
  }
}

function act(name: FailPointName, action: FailPoint['action']): void {
  switch (action.kind) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL')
      // The signal is on its way; nothing may follow it.
      block(60_000)
      break
    case 'delay':
      block(action.ms)
      break
    case 'throw':
      throw new Error(`fail point ${name}`)
    case 'error':
      throw Object.assign(new Error(`${action.code}: fail point ${name}`), { code: action.code })
  }
}

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** What this process was asked for; null in every process but a proof's. */
export const activeFailPoint: FailPoint | null = readFailPoint(process.env['DARKROOM_FAIL_POINT'])

/** Marks a place where a proof can have the process die, stall or fail. Does nothing unless `DARKROOM_FAIL_POINT` was set at start. */
export const fp: (name: FailPointName) => void = activeFailPoint === null ? () => undefined : makeFailPoint(activeFailPoint)
