import { lookup as systemLookup } from 'node:dns/promises'
import type { OutboundConfig } from './create-outbound.ts'
import { createGuardedConnector } from './guarded-connector.ts'
import type { Outbound } from './outbound.ts'
import { createPublicAddressCheck } from './public-addresses.ts'
import { UntrustedCall, type UntrustedCallHost } from './untrusted-call.ts'
import { createUntrustedUrlRules } from './untrusted-url.ts'

/** The door for addresses that callers give. */
export interface UntrustedDoor {
  fetch: Outbound['untrusted']
  check: Outbound['checkUntrustedUrl']
  /** Breaks off the calls that still run; later ones are refused. */
  close(): void
}

/** @throws Error that names an entry of `allow` or `denyRanges` which cannot be read. */
export function createUntrustedDoor(config: OutboundConfig): UntrustedDoor {
  const isPublic = createPublicAddressCheck(config.denyRanges ?? [])
  const rules = createUntrustedUrlRules(config.allow ?? [], isPublic)
  const connect = createGuardedConnector({
    isPublic,
    originAllowed: rules.originAllowed,
    lookup: config.lookup ?? ((hostname) => systemLookup(hostname, { all: true })),
    connectTimeoutMs: config.connectTimeoutMs ?? 5_000,
    extraCertificates: config.extraCertificates ?? [],
  })
  const running = new Set<UntrustedCall>()
  let closed = false
  const host: UntrustedCallHost = { userAgent: config.userAgent, rules, connect, over: (call) => running.delete(call) }

  return {
    async fetch(request) {
      const call = new UntrustedCall(request, host)
      running.add(call)
      if (closed) call.abort()
      return call.answer()
    },
    check: rules.check,
    close() {
      closed = true
      for (const call of running) call.abort()
    },
  }
}
