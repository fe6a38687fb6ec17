import { mediaTypes } from '../pixels/index.ts'
import { fp } from '../primitives/fail-point.ts'
import { type ObjectHold, type ObjectRecord, objectPath } from '../store/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { LocalFile, PreparedInput } from './prepare-inputs.ts'

/** An input as it is kept. */
export interface KeptInput extends PreparedInput {
  /** Where the bytes that go upstream lie inside the store. */
  sentPath: string
}

/** What the transaction must refer to. */
export interface KeptInputs {
  inputs: KeptInput[]
  /** Each once, whoever brought it. */
  objects: ObjectRecord[]
  /** The lock they were put under. */
  hold: ObjectHold
}

/**
 * Puts the inputs of a request into the store, both the caller's bytes and those that go upstream, and runs the transaction that refers to
 * them before anybody else may remove them. When the transaction does not come about, what was put for it alone goes again.
 */
export async function keepInputs(
  parts: GatewayParts,
  inputs: readonly PreparedInput[],
  record: (kept: KeptInputs) => Promise<void>,
): Promise<void> {
  const files = new Map(inputs.flatMap(filesOf).map((file) => [file.sha256, file]))
  const putting = [...files.values()].map((file) => objectPath(file.sha256, file.format))
  const work = async (hold: ObjectHold) => {
    const madeNow: string[] = []
    try {
      const objects = new Map<string, ObjectRecord>()
      for (const file of files.values()) {
        fp('inputs_before_put')
        const { store, path, bytes, existed } = await parts.store.put({ spoolPath: file.path, sha256: file.sha256, extension: file.format })
        if (!existed) madeNow.push(path)
        objects.set(file.sha256, { sha256: file.sha256, store, path, bytes, mediaType: mediaTypes[file.format] })
      }
      if (files.size > 0) fp('inputs_after_put')
      const kept = inputs.map((input) => ({ ...input, sentPath: objects.get(input.sent.sha256)!.path }))
      await record({ inputs: kept, objects: [...objects.values()], hold })
    } catch (error) {
      await Promise.all(madeNow.map((path) => parts.store.remove(path).catch(() => undefined)))
      throw error
    }
  }
  await parts.objectLocks.hold([...files.keys()], work, { putting })
}

type KeptFile = LocalFile & Pick<PreparedInput['picture'], 'format'>

/** What went upstream, and the caller's own bytes where those are others. */
function filesOf({ sent, conversion, picture, given, path, bytes, sha256 }: PreparedInput): KeptFile[] {
  const upstream = { ...sent, format: picture.format }
  return conversion === null ? [upstream] : [upstream, { path, bytes, sha256, format: given.format }]
}
