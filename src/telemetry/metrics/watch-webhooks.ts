import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What receivers are told, and what of it they do not take. */
export interface WebhookMetrics {
  /** An attempt to tell a receiver of something: `delivered`, or the cause for which it was not. */
  webhookAttempt(end: { outcome: string; seconds: number }): void
  /** No attempt to tell a receiver of something succeeded. */
  webhookExhausted(): void
  /** Nothing goes to a receiver any more. */
  webhookDisabled(why: string): void
  /** What waits to be sent, and for how long what should have been sent by now has waited. */
  webhookBacklog(now: { messages: number; oldestDueSeconds: number }): void
  /** Receivers whose failures in a row hold up what waits for them. */
  webhookLanesHeldUp(lanes: number): void
}

/** Registers what is told of webhooks. */
export function watchWebhooks(registers: Registry[]): WebhookMetrics {
  const attempts = new Histogram({
    name: 'darkroom_webhook_attempt_seconds',
    help: 'Time an attempt to deliver a webhook took, by outcome: delivered, or the cause for which it was not.',
    labelNames: ['outcome'],
    buckets: [0.025, 0.1, 0.5, 1, 2, 5, 10, 15],
    registers,
  })
  const exhausted = new Counter({ name: 'darkroom_webhooks_exhausted_total', help: 'Webhooks given up since start.', registers })
  const disabled = new Counter({
    name: 'darkroom_webhook_endpoints_disabled_total',
    help: 'Receivers that were disabled since start, by why.',
    labelNames: ['why'],
    registers,
  })
  const waiting = new Gauge({ name: 'darkroom_webhooks_waiting', help: 'Webhooks on record that wait to be sent now.', registers })
  const oldest = new Gauge({
    name: 'darkroom_webhook_oldest_due_seconds',
    help: 'How long ago the webhook was due that should have been sent first; 0 when none is late.',
    registers,
  })
  const heldUp = new Gauge({
    name: 'darkroom_webhook_lanes_held_up',
    help: 'Receivers whose failures in a row hold up what waits for them, counted every minute.',
    registers,
  })
  return {
    webhookAttempt: ({ outcome, seconds }) => attempts.observe({ outcome }, seconds),
    webhookExhausted: () => exhausted.inc(),
    webhookDisabled: (why) => disabled.inc({ why }),
    webhookBacklog(now) {
      waiting.set(now.messages)
      oldest.set(Math.max(0, now.oldestDueSeconds))
    },
    webhookLanesHeldUp: (lanes) => heldUp.set(lanes),
  }
}
