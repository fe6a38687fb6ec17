import { Webhook } from 'standardwebhooks'
import { vi } from 'vitest'
import type { ReceivedWebhook } from './webhook-receiver.ts'

/** What a message says, if the specification's own verifier believes it at the time it names. @throws WebhookVerificationError */
export function verified(
  { headers, body }: ReceivedWebhook,
  secret: string,
): { type: string; timestamp: string; data: Record<string, unknown> } {
  vi.useFakeTimers({ now: Number(headers['webhook-timestamp']) * 1000, toFake: ['Date'] })
  try {
    return new Webhook(secret).verify(body, headers as Record<string, string>) as ReturnType<typeof verified>
  } finally {
    vi.useRealTimers()
  }
}
