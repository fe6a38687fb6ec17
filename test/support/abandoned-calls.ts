import { setTimeout as wait } from 'node:timers/promises'
import { rawQuery } from '../../src/db/index.ts'
import type { TestGateway } from './test-gateway.ts'

/** A call whose client left while it was under way, and the generation that goes on. */
export interface AbandonedCall {
  generationId: string
}

/** Reads with the gateway's own connection; every row is one of `select generation_id as id`. */
async function ids(gateway: TestGateway, sql: string): Promise<string[]> {
  return (await gateway.gateway.parts.database.read(rawQuery<{ id: string }>(sql))).map(({ id }) => id)
}

const delivery = (state: string) => `select generation_id as id from call_identities where delivery ${state}`

/**
 * Begins a call and breaks its connection once it is under way. Resolves when the gateway has noticed that nobody is there.
 * @param headers further headers, e.g. a key
 */
export async function abandonCall(
  gateway: TestGateway,
  body: object,
  headers: Record<string, string> = {},
  path = '/v1/images/generations',
): Promise<AbandonedCall> {
  const known = new Set(await ids(gateway, 'select generation_id as id from call_identities'))
  const leaving = new AbortController()
  const call = gateway
    .fetch(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
      signal: leaving.signal,
    })
    .catch(() => null)
  const begun = await until(async () =>
    (await ids(gateway, 'select generation_id as id from call_identities')).find((id) => !known.has(id)),
  )
  leaving.abort()
  await call
  await until(async () => (await ids(gateway, delivery("= 'left'"))).includes(begun) || undefined)
  return { generationId: begun }
}

async function until<Found>(look: () => Promise<Found | undefined>): Promise<Found> {
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    await wait(5)
  }
}
