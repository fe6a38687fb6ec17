/** What a thread gets of its process's variables. */
const handedOn = ['NODE_COMPILE_CACHE', 'DARKROOM_FAIL_POINT']

/**
 * The environment of a worker thread: nothing of the process's own, which holds secrets, but where compiled code is kept, and the fail point
 * of a proof. Without the first every thread strips types again, at some 15 MB and a tenth of a second each.
 */
export function threadEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => handedOn.includes(name)))
}
