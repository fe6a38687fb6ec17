import { homedir } from 'node:os'
import { join } from 'node:path'

/** The folder of compiled code: processes and threads that are started one after another need not strip the same types again each time. */
export function compiledCode(): string {
  const { NODE_COMPILE_CACHE, XDG_CACHE_HOME } = process.env
  return NODE_COMPILE_CACHE ?? join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'darkroom', 'compiled')
}
