import type { ImagesReply } from './api-types.ts'
import { type CallFacts, callFactsOf } from './call-facts.ts'
import { DarkroomError } from './darkroom-error.ts'
import { contextOf, readImagesReply } from './image-stream.ts'
import { pause } from './patience.ts'
import type { CallOptions, Transport, WireCall } from './transport.ts'

const usualPauseMs = 1000

/** Reads the answer of the call that was made under a key, and waits for it while there is none. */
export async function recoverReply(
  transport: Transport,
  idempotencyKey: string,
  options: CallOptions,
): Promise<{ reply: ImagesReply; facts: CallFacts }> {
  const path = `/v2/generations/by-key/${encodeURIComponent(idempotencyKey)}/result`
  const call: WireCall = { method: 'GET', path, repeatable: 'always', idempotencyKey: null }
  const patience = transport.patience(options)
  for (;;) {
    try {
      return await transport.send(call, { ...options, signal: patience.signal, timeoutMs: null }, async (response) => ({
        reply: await readImagesReply(response, contextOf(transport, idempotencyKey)),
        facts: callFactsOf(response.headers, idempotencyKey),
      }))
    } catch (error) {
      if (patience.signal.aborted) throw patience.callError(idempotencyKey, error)
      if (!(error instanceof DarkroomError) || error.failure !== 'result_not_ready') throw error
      if (!(await pause(error.retryAfterMs ?? usualPauseMs, patience.signal))) throw patience.callError(idempotencyKey, error)
    }
  }
}
