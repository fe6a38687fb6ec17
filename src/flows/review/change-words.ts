import type { ReviewChangeRow } from '../../db/index.ts'
import { openSealedText, sealText } from '../../primitives/sealed-text.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** Encrypts what is to change, for its review alone. */
export async function sealChange(parts: Pick<GatewayParts, 'reviewKey'>, itemId: string, words: string): Promise<string> {
  const sealed = await sealText(parts.reviewKey, itemId, Buffer.from(words))
  // The edge bounds the words far below what can be sealed.
  if (sealed === null) throw new Error('what is to change is too long to be kept')
  return sealed
}

/** What is to change; null once the time of the words is over. @throws SealBroken */
export async function openChange(
  parts: Pick<GatewayParts, 'reviewKey' | 'clock'>,
  { item_id, sealed, delete_after_ms }: Pick<ReviewChangeRow, 'item_id' | 'sealed' | 'delete_after_ms'>,
): Promise<string | null> {
  const isOver = delete_after_ms !== null && delete_after_ms <= parts.clock.nowMs()
  return sealed === null || isOver ? null : (await openSealedText(parts.reviewKey, item_id, sealed)).toString()
}
