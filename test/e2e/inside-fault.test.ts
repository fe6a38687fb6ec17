import { expect, it } from 'vitest'
import type { GenerationRecord, LedgerReply } from '../../src/contract/record.ts'
import type { ImageProvider } from '../../src/providers/index.ts'
import { startTestGateway } from '../support/test-gateway.ts'

it('holds the reservation of a call that failed inside Darkroom, and says so in answer, record and ledger', async () => {
  await using darkroom = await startTestGateway()
  const providers = darkroom.gateway.parts.providers as Map<string, ImageProvider>
  const broken = { ...providers.get('openai')! }
  Object.defineProperty(broken, 'dispatch', { get: () => never('a fault of ours, after the call was reserved') })
  providers.set('openai', broken)

  const reply = await darkroom.fetch('/v1/images/generations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-image-2', prompt: 'a cat', size: '1024x1024', quality: 'low' }),
  })
  const { error } = (await reply.json()) as { error: Record<string, unknown> }
  expect([reply.status, error['code'], error['outcome'], reply.headers.get('x-should-retry')]).toEqual([
    500,
    'internal_error',
    'unknown',
    'false',
  ])

  await darkroom.gateway.parts.running.drain(5000)
  const record = (await (await darkroom.fetch(`/v2/generations/${error['generation_id']}`)).json()) as GenerationRecord
  expect([record.status, record.cost.held_unknown, record.next_action]).toEqual(['outcome_unknown', '0.00592', 'human'])
  const ledger = (await (await darkroom.fetch('/v2/ledger')).json()) as LedgerReply
  expect(ledger.rows.map(({ reserved, held_unknown, charged }) => [reserved.usd, held_unknown.usd, charged.usd])).toEqual([
    ['0', '0.00592', '0'],
  ])
})

function never(message: string): never {
  throw new Error(message)
}
