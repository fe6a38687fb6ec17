import type { DarkroomHeaders } from '../../../contract/darkroom-headers.ts'
import type { JobLane, Priority } from '../../../jobs/index.ts'
import type { JsonObject } from '../../../primitives/json.ts'
import { openSealedText, sealText } from '../../../primitives/sealed-text.ts'
import type { GatewayParts } from '../../gateway-parts.ts'

/** What all jobs of a set have in common. Data through and through. */
export interface SetOrder {
  headers: DarkroomHeaders
  clientRequestId: string | null
  lane: JobLane
  priority: Priority
  startAtMs: number | null
  deadlineMs: number | null
}

/** One job's own part: how many pictures it makes of what the first was asked for, or its whole body. */
export type ItemOrder = { n: number } | { operation: 'generate' | 'edit'; body: JsonObject }

type Sealing = Pick<GatewayParts, 'orderKey'>

/** Encrypts an order for its set, or for one place of it, alone. */
export async function sealPart(parts: Sealing, place: string, order: SetOrder | ItemOrder): Promise<string> {
  const sealed = await sealText(parts.orderKey, place, Buffer.from(JSON.stringify(order)))
  if (sealed === null) throw new Error('the order of a set is too large to be kept')
  return sealed
}

/** Opens what `sealPart` made. @throws SealBroken */
export async function openPart<Order extends SetOrder | ItemOrder>(parts: Sealing, place: string, sealed: string): Promise<Order> {
  return JSON.parse((await openSealedText(parts.orderKey, place, sealed)).toString())
}

/** The place that an item is sealed for. */
export const itemPlace = (setId: string, place: number) => `${setId}/${place}`
