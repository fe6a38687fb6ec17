import { type SealingKey, sealingKey } from '../primitives/sealed-bytes.ts'
import { openSealedText, sealText } from '../primitives/sealed-text.ts'
import type { Secret } from '../primitives/secret.ts'
import type { TextWords } from './judge/judge-picture.ts'
import type { DeclaredText } from './text/text-figures.ts'

/** The key of declared and read texts, derived from the master key for them alone. */
export function guardKey(masterKey: Secret): SealingKey {
  return sealingKey(masterKey, 'guard words')
}

const textsPlace = (generationId: string) => `darkroom guard texts v1 ${generationId}`
const wordsPlace = (imageId: string) => `darkroom guard words v1 ${imageId}`

/** Encrypts the texts of a generation for it alone. */
export function sealGuardTexts(key: SealingKey, generationId: string, texts: readonly DeclaredText[]): Promise<string> {
  return sealed(key, textsPlace(generationId), texts)
}

/** Opens what `sealGuardTexts` made. @throws SealBroken */
export async function openGuardTexts(key: SealingKey, generationId: string, text: string): Promise<DeclaredText[]> {
  return JSON.parse((await openSealedText(key, textsPlace(generationId), text)).toString())
}

/** Encrypts the words of a verdict for its picture alone. */
export function sealGuardWords(key: SealingKey, imageId: string, words: readonly TextWords[]): Promise<string> {
  return sealed(key, wordsPlace(imageId), words)
}

/** Opens what `sealGuardWords` made. @throws SealBroken */
export async function openGuardWords(key: SealingKey, imageId: string, text: string): Promise<TextWords[]> {
  return JSON.parse((await openSealedText(key, wordsPlace(imageId), text)).toString())
}

async function sealed(key: SealingKey, place: string, value: unknown): Promise<string> {
  const text = await sealText(key, place, Buffer.from(JSON.stringify(value)))
  // Texts are bounded far below what can be sealed.
  if (text === null) throw new Error('the texts are too long to be kept')
  return text
}
