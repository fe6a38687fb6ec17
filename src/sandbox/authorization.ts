import type { IncomingMessage } from 'node:http'
import { invalidRequest } from './refusal.ts'

/** Decides whether a call may go on; throws a Refusal when it may not. */
export type KeyCheck = (request: IncomingMessage) => void

/**
 * Lets any key pass that could be one. Keys that begin with `sk-bad` are refused, so that a revoked key can be played.
 * The key is compared and forgotten: it is in no answer, no log and no file.
 * @throws Refusal 401 `invalid_api_key`.
 */
export function authorize({ headers }: IncomingMessage): void {
  const key = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  if (key === undefined) {
    throw unauthorized(
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth " +
        '(i.e. Authorization: Bearer YOUR_KEY). The sandbox takes any key.',
    )
  }
  if (key.startsWith('sk-bad')) throw unauthorized('Incorrect API key provided. The sandbox refuses keys that begin with sk-bad.')
}

/**
 * The same for the job API, whose key stands in `X-API-Key`; `afk_bad…` is refused, too.
 * @throws Refusal 401 `invalid_api_key`.
 */
export function authorizeByApiKey({ headers }: IncomingMessage): void {
  const key = headers['x-api-key']
  if (typeof key !== 'string' || key.trim() === '') throw unauthorized('Missing API key. Send it as X-API-Key. The sandbox takes any key.')
  if (/^(?:sk-|afk_)bad/.test(key)) throw unauthorized('Invalid API key. The sandbox refuses keys that begin with afk_bad or sk-bad.')
}

function unauthorized(message: string): Error {
  return invalidRequest(message, 'invalid_api_key', { status: 401 })
}
