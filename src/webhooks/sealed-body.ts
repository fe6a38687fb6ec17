import { type SealingKey, seal, unseal } from '../primitives/sealed-bytes.ts'

/** Encrypts what a message says: in the unified shape it holds an address that opens a picture. */
export function sealMessageBody(key: SealingKey, messageId: string, body: string): string {
  return seal(key, placeOf(messageId), Buffer.from(body))
}

/** Opens what `sealMessageBody` made. @throws SealBroken */
export function openMessageBody(key: SealingKey, messageId: string, sealed: string): string {
  return unseal(key, placeOf(messageId), sealed).toString()
}

const placeOf = (messageId: string) => `darkroom webhook message ${messageId}`
