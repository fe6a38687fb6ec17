import { failure } from '../../contract/failure.ts'
import type { GatewayParts } from '../gateway-parts.ts'

type UrlParts = Pick<GatewayParts, 'outbound' | 'ownHosts'>

/**
 * Judges an address that a caller wants events sent to: by its text, before anything is kept of it, and again whenever something is sent.
 * @returns null for one that nothing is sent to
 */
export function judgeWebhookUrl({ outbound, ownHosts }: UrlParts, text: string): URL | null {
  const verdict = outbound.checkUntrustedUrl(text)
  return verdict.ok && !ownHosts.has(verdict.url) ? verdict.url : null
}

/** The address as it is kept. @throws `Failure('webhook_url')`, the same for every reason */
export function readWebhookUrl(parts: UrlParts, text: string, param = 'url'): string {
  const url = judgeWebhookUrl(parts, text)
  if (url === null) throw failure('webhook_url', { param })
  return url.href
}
