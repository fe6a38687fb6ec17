import { readFile } from 'node:fs/promises'
import { deserialize } from 'node:v8'
import { SealBroken, type SealingKey, unseal } from '../primitives/sealed-bytes.ts'
import { SIDECAR_FORMAT, type SidecarEntry, type SpooledImage, type SpooledReply } from './sidecar-entry.ts'
import { linePlace, sidecarPath } from './sidecar-file.ts'

/** What a sidecar says, as far as it was written. */
export interface SidecarContents {
  call: Extract<SidecarEntry, { kind: 'call' }>
  response: Extract<SidecarEntry, { kind: 'response' }>['response'] | null
  /** Final images that came in whole, in order of their appearance. */
  images: readonly SpooledImage[]
  /** What the answer came to; null when the process died before it was over, or before that was on disk. */
  reply: SpooledReply | null
}

/**
 * Reads a sidecar.
 * @returns why not, where its first line does not open: `empty` was torn while it was made, so nothing was flushed behind it; `foreign` was
 * sealed with another master key, damaged, or written by another release
 * @throws the file system's error
 */
export async function readSidecar(place: {
  folder: string
  attemptId: string
  key: SealingKey
}): Promise<SidecarContents | 'empty' | 'foreign'> {
  const lines = (await readFile(sidecarPath(place), 'latin1')).split('\n')
  // What stands behind the last line break was not written to its end.
  const whole = lines.slice(0, -1)
  if (whole.length === 0) return 'empty'
  const entries = openLines(whole, place)
  const [call] = entries
  if (call?.kind !== 'call' || call.format !== SIDECAR_FORMAT) return 'foreign'
  const images = new Map(entries.flatMap((entry) => (entry.kind === 'image' ? [[entry.image.file, entry.image] as const] : [])))
  return {
    call,
    response: entries.find((entry) => entry.kind === 'response')?.response ?? null,
    images: [...images.values()],
    reply: entries.find((entry) => entry.kind === 'end')?.reply ?? null,
  }
}

/** The entries up to the first that does not open: what a disk lost in the middle takes the rest with it. */
function openLines(lines: readonly string[], { attemptId, key }: { attemptId: string; key: SealingKey }): SidecarEntry[] {
  const entries: SidecarEntry[] = []
  for (const [place, line] of lines.entries()) {
    try {
      entries.push(deserialize(unseal(key, linePlace(attemptId, place), line)) as SidecarEntry)
    } catch (error) {
      if (!(error instanceof SealBroken)) throw error
      break
    }
  }
  return entries
}
