import type { Call } from '../call.ts'
import { Refusal } from '../refusal.ts'

/** The answer to a call that upstream takes and the sandbox does not: it says so, is free, and tells the official client not to repeat it. */
export function notSpoken({ method, path }: Call): Refusal {
  const message = `The sandbox does not emulate ${method} ${path}. Nothing was charged.`
  return new Refusal(501, { message, type: 'server_error', param: null, code: 'sandbox_not_emulated' }, { 'x-should-retry': 'false' })
}
