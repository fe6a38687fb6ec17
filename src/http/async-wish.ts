import type { FastifyRequest } from 'fastify'
import type { SetWishes } from '../flows/index.ts'
import type { KnownContext } from './http-route.ts'

/** Whether a synchronous call asks not to wait, as clients of resellers say it: `?async=true`, or `Prefer: respond-async` (RFC 7240). */
export function asksNotToWait({ query, headers }: FastifyRequest): boolean {
  const asked = (query as Record<string, unknown>)['async']
  if (asked === 'true' || asked === '1') return true
  const preferences = [headers['prefer'] ?? []].flat().flatMap((line) => line.split(','))
  return preferences.some((preference) => /^\s*respond-async\s*(?:;|$)/i.test(preference))
}

/** What a job is asked beside its pictures, where nothing is said. */
export function plainJob({ baseUrl }: KnownContext, shape: SetWishes['shape']): SetWishes {
  return { fanout: false, shape, lane: 'standard', priority: 'normal', startAtMs: null, deadlineMs: null, baseUrl }
}
