import { constants } from 'node:os'
import type { Clock } from '../primitives/clock.ts'
import type { Environment } from '../primitives/settings.ts'
import { Interrupted } from './command.ts'

const signals = ['SIGINT', 'SIGTERM'] as const

/**
 * One Ctrl-C reaches a program more than once: the terminal signals everybody in the foreground, and npm and our own launcher pass
 * on what they got. What follows the first signal within this time is the same wish, not a more urgent one.
 */
const SAME_WISH_MS = 1000

const PARENT_CHECK_MS = 500

/** What of the running program is needed here. */
export type SignalledProcess = Pick<NodeJS.Process, 'on' | 'exit' | 'ppid'>

/**
 * Listens for the wish to stop. The first one aborts the returned signal, with an `Interrupted` as its reason, and the program ends
 * in its own time. A second one, later, ends it as soon as what is under way is journalled; a third ends it then and there.
 * @param journal what must not be lost although somebody is in a hurry; it is to take seconds at most
 */
export function listenForInterruption(
  program: SignalledProcess,
  environment: Environment,
  clock: Clock,
  journal: () => Promise<void>,
): AbortSignal {
  const wish = new AbortController()
  let wishes = 0
  let wishedAtMs = Number.NEGATIVE_INFINITY
  const interrupt = (name: (typeof signals)[number]) => {
    if (clock.monotonicMs() - wishedAtMs <= SAME_WISH_MS) return
    wishedAtMs = clock.monotonicMs()
    wishes += 1
    const exitCode = 128 + constants.signals[name]
    const exit = () => void program.exit(exitCode)
    if (wishes === 1) wish.abort(new Interrupted(exitCode))
    else if (wishes === 2) journal().then(exit, exit)
    else exit()
  }
  for (const name of signals) program.on(name, () => interrupt(name))
  if (isBelowNpm(environment)) whenParentEnds(program, () => interrupt('SIGTERM'))
  return wish.signal
}

/** `npm start` and `npx` run us below a shell, and SIGTERM to npm ends that shell without reaching us (npm 11 with dash). */
function isBelowNpm(environment: Environment): boolean {
  return environment['npm_lifecycle_event'] === 'start' || environment['npm_lifecycle_event'] === 'npx'
}

/** A process whose parent ends is given another one. */
function whenParentEnds(program: SignalledProcess, interrupt: () => void): void {
  const parent = program.ppid
  const timer = setInterval(() => {
    if (program.ppid === parent) return
    clearInterval(timer)
    interrupt()
  }, PARENT_CHECK_MS)
  timer.unref()
}
