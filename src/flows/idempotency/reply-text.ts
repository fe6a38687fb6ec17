import type { StoredReplyRow } from '../../db/index.ts'
import { SealBroken } from '../../primitives/sealed-bytes.ts'
import { openSealedText, sealText } from '../../primitives/sealed-text.ts'
import type { ReplyOutline } from '../../relay/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** An answer without its pictures, and which pictures they are. */
export interface ReplyText {
  outline: ReplyOutline
  /** SHA-256 of the picture of each place of the outline. */
  images: readonly { sha256: string }[]
}

/** As it is written down. Bytes stand as Latin-1, so that they are the same bytes again whatever they say. */
interface WrittenText {
  parts: (string | number)[]
  sha256s: string[]
}

/**
 * Seals the text of an answer for the row of its generation: what was said is read by nobody who has the database alone.
 * @returns null where it has no outline, or more text than is kept
 */
export async function sealReply(parts: GatewayParts, generationId: string, { outline, images }: ReplyText): Promise<string | null> {
  if (outline.length === 0) return null
  const written: WrittenText = {
    parts: outline.map((part) => ('literal' in part ? part.literal.toString('latin1') : part.image)),
    sha256s: images.map(({ sha256 }) => sha256),
  }
  return sealText(parts.replyKey, placeOf(generationId), Buffer.from(JSON.stringify(written)))
}

/** Opens what `sealReply` made; null where there is none, or it cannot be opened with this key. */
export async function openReply(
  parts: Pick<GatewayParts, 'replyKey' | 'logger'>,
  row: Pick<StoredReplyRow, 'generation_id' | 'sealed'> | null,
): Promise<ReplyText | null> {
  if (row === null || row.sealed === null) return null
  try {
    const text = await openSealedText(parts.replyKey, placeOf(row.generation_id), row.sealed)
    const { parts: written, sha256s } = JSON.parse(text.toString()) as WrittenText
    return {
      outline: written.map((part) => (typeof part === 'number' ? { image: part } : { literal: Buffer.from(part, 'latin1') })),
      images: sha256s.map((sha256) => ({ sha256 })),
    }
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    parts.logger.error({ generation_id: row.generation_id, reason: error.reason }, 'a stored answer cannot be read')
    return null
  }
}

const placeOf = (generationId: string) => `darkroom stored reply v1 ${generationId}`

/** True for the text of an event stream, false for a JSON document. */
export function isStreamText([first]: ReplyOutline): boolean {
  return first !== undefined && 'literal' in first && !/^\s*\{/.test(first.literal.toString('latin1', 0, 64))
}
