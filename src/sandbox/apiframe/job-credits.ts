import type { Quality } from '../../contract/model-row.ts'
import type { Nanos } from '../../primitives/money.ts'

/** Credits of one picture by quality, as the provider's page of gpt-image-2 had them (2026-11). It has no tier above high. */
const CREDITS: Readonly<Record<Quality, number>> = { low: 4, medium: 9, high: 23, xhigh: 23, max: 23 }

/** What a credit costs depends on the plan; a cent is the sandbox's choice. */
const NANOS_PER_CREDIT: Nanos = 10_000_000n

/** Credits of a job. */
export function creditsOf(quality: Quality, pictures: number): number {
  return CREDITS[quality] * pictures
}

/** What the invoice asks for so many credits. */
export function priceOfCredits(credits: number): Nanos {
  return BigInt(credits) * NANOS_PER_CREDIT
}
