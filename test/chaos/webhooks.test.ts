import { expect, it } from 'vitest'
import { runWebhookChaos } from './run-webhook-chaos.ts'

const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_129)

it(`webhook chaos (seed ${SEED}): no event is lost though receivers are down and gateways killed, and what comes twice has one id`, async () => {
  const events = 240
  const figures = await runWebhookChaos({
    seed: SEED,
    events,
    receivers: 4,
    kills: 5,
    points: ['webhook_after_hand_out', 'webhook_after_send', 'webhook_before_record'],
    calm: 0,
    say: () => undefined,
  })
  expect(figures).toMatchObject({ forgotten: [], lost: [], wrong: [], twoIds: [], exhausted: 0 })
  expect(figures.acknowledged).toBeGreaterThanOrEqual(events)
  expect(figures.taken).toBe(2 * figures.events + figures.repeated)
}, 120_000)
