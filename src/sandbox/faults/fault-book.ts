import { createHash } from 'node:crypto'
import { type FaultCall, faultCalls } from './fault-call.ts'
import type { FaultScript } from './fault-script.ts'
import { type MarkedPrompt, parseFaults, parseMarkedPrompt } from './parse-faults.ts'

/** Prompts whose calls are counted for `first=N`; the oldest is forgotten beyond it. */
const REMEMBERED_PROMPTS = 10_000

/** A fault to lie in wait for a call. */
export interface FaultOrder {
  /** Which calls it meets; absent = every call that has a prompt. */
  match?: {
    /** Only prompts that contain this text. */
    prompt?: string
    /** Calls of this name, which have no prompt, instead of those that have one. */
    call?: string
    /** Not before the nth call that matches, counted from 1 when the fault was armed. */
    nth?: number
  }
  /** Words of the fault grammar, e.g. `cut=60%, usage=missing`. */
  fault: string
  /** How many calls it meets; null = all from then on. @default 1 */
  times?: number | null
}

/** A fault that lies in wait. */
export interface ArmedFault {
  id: number
  match: { prompt: string | null; call: FaultCall | null; nth: number }
  fault: string
  /** Calls it will still meet; null = no end. */
  remaining: number | null
  /** Calls that matched so far, met or not. */
  seen: number
}

/** Faults that tests and demos switch on: per call by an order, per prompt by its markers. */
export interface FaultControls {
  /**
   * Arms a fault.
   * @throws FaultSyntaxError when the words cannot be read.
   * @throws RangeError when `nth` or `times` is not a whole number from 1, or the call is none that has a name.
   */
  arm(order: FaultOrder): ArmedFault
  list(): ArmedFault[]
  /** Disarms all; returns how many there were. */
  clear(): number
}

/** Decides what goes wrong with each call. */
export class FaultBook implements FaultControls {
  #armed: (ArmedFault & { script: FaultScript })[] = []
  #lastId = 0
  readonly #callsByPrompt = new Map<string, number>()

  arm({ match = {}, fault, times = 1 }: FaultOrder): ArmedFault {
    const nth = match.nth ?? 1
    for (const count of [nth, times ?? 1]) {
      if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`expected a whole number from 1, found ${count}`)
    }
    const call = faultCalls.find((name) => name === match.call) ?? null
    if (match.call !== undefined && call === null) throw new RangeError(`no call '${match.call}' is known: ${faultCalls.join(', ')}`)
    if (call !== null && match.prompt !== undefined) throw new RangeError(`the call ${call} has no prompt`)
    this.#lastId += 1
    const armed = { id: this.#lastId, match: { prompt: match.prompt ?? null, call, nth }, fault, remaining: times, seen: 0 }
    this.#armed.push({ ...armed, script: parseFaults(fault) })
    return armed
  }

  list(): ArmedFault[] {
    return this.#armed.map(({ script: _, ...armed }) => ({ ...armed }))
  }

  clear(): number {
    const count = this.#armed.length
    this.#armed = []
    return count
  }

  /**
   * What goes wrong with the call of this prompt; counts the call. Where an armed fault and a marker say different things, the marker wins.
   * @throws FaultSyntaxError when a marker cannot be read.
   */
  take(prompt: string): MarkedPrompt {
    const marked = parseMarkedPrompt(prompt)
    const fromMarkers = this.#withinFirst(prompt, marked.script) ? marked.script : {}
    const meets = ({ match }: ArmedFault) => match.call === null && prompt.includes(match.prompt ?? '')
    return { drawn: marked.drawn, script: { ...this.#takeArmed(meets), ...fromMarkers } }
  }

  /** What goes wrong with a call that has no prompt. */
  takeCall(name: FaultCall): FaultScript {
    return this.#takeArmed(({ match }) => match.call === name)
  }

  #takeArmed(meets: (armed: ArmedFault) => boolean): FaultScript {
    const meeting = this.#armed.filter((armed) => {
      if (!meets(armed)) return false
      armed.seen += 1
      return armed.seen >= armed.match.nth
    })
    for (const armed of meeting) if (armed.remaining !== null) armed.remaining -= 1
    this.#armed = this.#armed.filter(({ remaining }) => remaining === null || remaining > 0)
    return Object.assign({}, ...meeting.map(({ script }) => script)) as FaultScript
  }

  #withinFirst(prompt: string, { first }: FaultScript): boolean {
    if (first === undefined) return true
    const key = createHash('sha256').update(prompt).digest('base64')
    const calls = (this.#callsByPrompt.get(key) ?? 0) + 1
    this.#callsByPrompt.delete(key)
    this.#callsByPrompt.set(key, calls)
    if (this.#callsByPrompt.size > REMEMBERED_PROMPTS) this.#callsByPrompt.delete(this.#callsByPrompt.keys().next().value!)
    return calls <= first
  }
}
