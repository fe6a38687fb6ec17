import { once } from 'node:events'

/** Resolves once a signal is aborted, also when it already was. */
export async function whenAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
