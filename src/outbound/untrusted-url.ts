import { isIP } from 'node:net'
import type { UntrustedUrlVerdict } from './outbound.ts'
import type { PublicAddressCheck } from './public-addresses.ts'

/** Signed addresses of object stores stay under 3,000 characters. */
const longestUrl = 8_192

/**
 * What a name may end in that is never a public host: `localhost` (RFC 6761), `local` (RFC 6762), `internal` (reserved by
 * ICANN for private use in 2024), `home.arpa` (RFC 8375). Their answers would be blocked anyway; this needs no look-up.
 */
const privateNames = /\.(localhost|local|internal|home\.arpa)$/

/** The rules for addresses that callers give, as far as they can be judged without the network. */
export interface UntrustedUrlRules {
  check(text: string): UntrustedUrlVerdict
  /** @param origin as `URL.origin` spells it. */
  originAllowed(origin: string): boolean
}

/**
 * @param allow exact origins (`http://10.0.0.7:8080`) that are exempt from the rules on scheme, port and address.
 * @throws Error that names an entry which is no origin.
 */
export function createUntrustedUrlRules(allow: readonly string[], isPublic: PublicAddressCheck): UntrustedUrlRules {
  const allowed = new Set(allow.map(originOf))

  const verdictOn = (url: URL): UntrustedUrlVerdict => {
    if (url.username !== '' || url.password !== '') return { ok: false, detail: 'url' }
    if (allowed.has(url.origin)) return { ok: true, url, allowed: true }
    if (url.protocol !== 'https:' || url.port !== '' || url.hostname.endsWith('.')) return { ok: false, detail: 'url' }
    return mayBePublic(url.hostname, isPublic) ? { ok: true, url, allowed: false } : { ok: false, detail: 'blocked_address' }
  }

  return {
    check(text) {
      if (text.length > longestUrl || !isPlainlySpelled(text)) return { ok: false, detail: 'url' }
      const url = URL.parse(text)
      if (!url) return { ok: false, detail: 'url' }
      url.hash = ''
      return verdictOn(url)
    },
    originAllowed: (origin) => allowed.has(origin),
  }
}

/**
 * True for a text that no two URL parsers read differently: nothing the WHATWG parser would silently drop or turn
 * (blanks, control characters, backslashes, missing or extra slashes), and no `@` before the path.
 */
function isPlainlySpelled(text: string): boolean {
  return !/[\u0000-\u0020\u007f-\u00a0\\]/.test(text) && /^https?:\/\/[^/?#@]+([/?#]|$)/i.test(text)
}

/** @param hostname as `URL.hostname` spells it: every numeric form is folded to dotted IPv4 by then. */
function mayBePublic(hostname: string, isPublic: PublicAddressCheck): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0) return isPublic(bare)
  return hostname.includes('.') && !privateNames.test(hostname)
}

/** The list knows no wildcards, so a star is refused rather than taken for the name it would be to a URL. */
function originOf(entry: string): string {
  const url = isPlainlySpelled(entry) && !entry.includes('*') ? URL.parse(entry) : null
  if (!url || `${url.pathname}${url.search}${url.hash}` !== '/') {
    throw new Error(`outbound.allow: "${entry}" is not an origin like https://images.example:8443`)
  }
  return url.origin
}
