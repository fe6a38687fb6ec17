import { createHash } from 'node:crypto'
import { type PromptDocument, promptDocumentSchema } from '../contract/prompt-document.ts'
import { canonicalJson } from '../primitives/canonical-json.ts'
import type { JsonObject } from '../primitives/json.ts'
import { type SealingKey, sealingKey } from '../primitives/sealed-bytes.ts'
import { openSealedText, sealText } from '../primitives/sealed-text.ts'
import type { Secret } from '../primitives/secret.ts'

/** The key of prompt documents, derived from the master key for them alone. */
export function promptKey(masterKey: Secret): SealingKey {
  return sealingKey(masterKey, 'prompt documents')
}

/** The canonical text of a document: members in order, empty lists left out, so that whoever says the same has the same text. */
function documentText(document: PromptDocument): string {
  const said = Object.entries(document).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0))
  // A document is JSON through and through; a member that is undefined is left out as JSON does.
  return canonicalJson(JSON.parse(JSON.stringify(Object.fromEntries(said))) as JsonObject)
}

/** SHA-256 of the canonical text, in hexadecimal. */
export function documentSha256(document: PromptDocument): string {
  return createHash('sha256').update(documentText(document)).digest('hex')
}

/** Which version of which prompt. */
export interface VersionPlace {
  promptId: string
  version: number
}

/** Encrypts a document for its version alone: opened for any other it is refused. */
export async function sealDocument(key: SealingKey, place: VersionPlace, document: PromptDocument): Promise<string> {
  const sealed = await sealText(key, placeOf(place), Buffer.from(documentText(document)))
  // Bodies are bounded far below what can be sealed.
  if (sealed === null) throw new Error('a prompt document is too large to be kept')
  return sealed
}

/** Opens what `sealDocument` made. @throws SealBroken */
export async function openDocument(key: SealingKey, place: VersionPlace, sealed: string): Promise<PromptDocument> {
  const text = await openSealedText(key, placeOf(place), sealed)
  return promptDocumentSchema.parse(JSON.parse(text.toString()))
}

const placeOf = ({ promptId, version }: VersionPlace) => `darkroom prompt document v1 ${promptId} ${version}`
