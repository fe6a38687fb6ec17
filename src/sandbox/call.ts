import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { CallRecord } from './call-log.ts'
import type { Face } from './faces/face.ts'
import type { FaultScript } from './faults/fault-script.ts'
import { CallOver } from './wire/wire-writer.ts'

/** One HTTP call on its way through the sandbox. */
export interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  /** The face the call came to; null for the sandbox itself. */
  readonly face: Face | null
  /** Path without query, and without the face's prefix. */
  readonly path: string
  readonly record: CallRecord
  /** Milliseconds since the call came in. */
  elapsedMs(): number
  /** Fires when the connection is gone: the client left, or the sandbox closes. */
  readonly gone: AbortSignal
  /** What goes wrong with this call; `{}` until its prompt was read. */
  script: FaultScript
}

/**
 * Waits.
 * @throws CallOver when nobody listens any more.
 */
export async function waitFor(call: Call, ms: number): Promise<void> {
  if (ms <= 0) return
  await pause(ms, undefined, { signal: call.gone }).catch(() => {
    throw new CallOver()
  })
}

/**
 * Waits for work as long as somebody listens for it.
 * @throws CallOver when nobody does any more; the work may still go on, its result is dropped.
 */
export async function whileConnected<Result>(call: Call, work: Promise<Result>): Promise<Result> {
  const { promise: leaving, reject } = Promise.withResolvers<never>()
  const leave = () => reject(new CallOver())
  if (call.gone.aborted) leave()
  call.gone.addEventListener('abort', leave)
  try {
    return await Promise.race([work, leaving])
  } finally {
    call.gone.removeEventListener('abort', leave)
  }
}

/**
 * Waits for the end of the connection: a server that went silent.
 * @throws CallOver always.
 */
export function waitForever(call: Call): Promise<never> {
  return whileConnected(call, new Promise<never>(() => {}))
}
