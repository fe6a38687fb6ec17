import type { Outbound, OutboundHead } from '../../outbound/index.ts'
import { Secret } from '../../primitives/secret.ts'
import type { AccountExamination, AccountQuestion } from '../image-provider.ts'

const TIMEOUT_MS = 10_000
/** A model list is some hundred kilobytes; nothing of it is kept. */
const MAX_BYTES = 4_000_000
/** A clock that is further off than this makes signatures, log times and price days wrong. */
const CLOCK_TOLERANCE_MS = 30_000

/**
 * Asks the upstream for its model list, which costs nothing, and reads from the answer's head whether the key is good and the clock right.
 * A list proves nothing about images: whether the organisation is verified shows only when a picture is asked.
 */
export function examineAccount(outbound: Outbound, { baseUrl, key, nowMs }: AccountQuestion): Promise<AccountExamination> {
  const { promise, resolve } = Promise.withResolvers<AccountExamination>()
  outbound.configured(
    {
      destination: 'configured',
      method: 'GET',
      url: `${baseUrl}/models`,
      headers: key ? { authorization: new Secret(`Bearer ${key.reveal()}`) } : {},
      body: null,
      timeoutMs: TIMEOUT_MS,
      maxBodyBytes: MAX_BYTES,
    },
    {
      onSent: () => undefined,
      onHead: (head) => resolve(judge(head, nowMs)),
      onData: () => true,
      onEnd: () => undefined,
      onFailure: ({ cause }) =>
        resolve({
          level: 'error',
          found: `it cannot be reached (${cause})`,
          advice: 'Check the base URL, the network and the certificate.',
        }),
    },
  )
  return promise
}

function judge({ status, headers }: OutboundHead, nowMs: number): AccountExamination {
  if (status === 401) return { level: 'error', found: 'the key is refused', advice: 'Replace the key of this route.' }
  if (status === 403)
    return {
      level: 'error',
      found: 'the key may not be used from here, or not for models',
      advice: 'Check the project, its permissions and the country.',
    }
  if (status === 429)
    return { level: 'warning', found: 'the account is at a limit or without credit', advice: 'Check usage and credit of the account.' }
  if (status !== 200)
    return { level: 'warning', found: `the model list answers ${status}`, advice: 'Some providers have no list; check the base URL.' }
  const skewMs = Math.abs(Date.parse(String(headers['date'] ?? '')) - nowMs)
  if (skewMs > CLOCK_TOLERANCE_MS)
    return {
      level: 'warning',
      found: `the key is good; this clock is ${Math.round(skewMs / 1000)} s off`,
      advice: 'Synchronise the clock of this machine.',
    }
  return {
    level: 'ok',
    found: 'the key is good and the clock is right; whether the organisation is verified for images shows with the first picture',
    advice: null,
  }
}
