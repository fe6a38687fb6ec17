import { failure } from '../contract/failure.ts'
import type { ObjectRow } from '../db/index.ts'
import { findObject, objectsAfter } from '../store/index.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** Bytes as they were recorded. */
type KnownObject = Pick<ObjectRow, 'sha256' | 'path' | 'bytes'>

/** What a look at kept bytes found. */
export interface VerifiedObjects {
  checked: number
  bytes: number
  /** SHA-256 of those whose bytes are gone. */
  missing: string[]
  /** SHA-256 of those whose bytes are others. */
  damaged: string[]
  /** The hash to go on behind; null when there are no more. */
  next: string | null
}

const ROWS_AT_ONCE = 100

/**
 * Makes sure that bytes are what they were when they were recorded, by reading all of them. What is not is told to log and metrics each
 * time somebody wants it: only an operator can mend it.
 * @throws Failure `object_missing` or `integrity_error`
 */
export async function assertIntact(parts: Pick<GatewayParts, 'store' | 'logger' | 'metrics'>, object: KnownObject): Promise<void> {
  const state = await stateOf(parts, object)
  if (state === 'intact') return
  tell(parts, object, state)
  throw failure(state === 'missing' ? 'object_missing' : 'integrity_error')
}

/** Reads objects through in the order of their hashes, until so many bytes were read. One that is removed meanwhile is passed by. */
export async function verifyObjects(parts: GatewayParts, from: { after: string; mostBytes: number }): Promise<VerifiedObjects> {
  const found: VerifiedObjects = { checked: 0, bytes: 0, missing: [], damaged: [], next: null }
  let { after } = from
  for (;;) {
    const rows = await objectsAfter(parts.database, { after, limit: ROWS_AT_ONCE })
    for (const row of rows) {
      await verifyOne(parts, row, found)
      after = row.sha256
      if (found.bytes >= from.mostBytes) return { ...found, next: after }
    }
    if (rows.length < ROWS_AT_ONCE) return found
  }
}

async function verifyOne(parts: GatewayParts, row: ObjectRow, found: VerifiedObjects): Promise<void> {
  await parts.objectLocks.hold([row.sha256], async () => {
    const state = await stateOf(parts, row)
    if (state !== 'intact' && (await isGoing(parts, row))) return
    found.checked++
    found.bytes += row.bytes
    if (state === 'intact') return
    found[state].push(row.sha256)
    tell(parts, row, state)
  })
}

/** Somebody removes it, or has done so. */
async function isGoing({ database }: GatewayParts, { sha256 }: ObjectRow): Promise<boolean> {
  const now = await findObject(database, sha256)
  return now === null || now.removing_since_ms !== null
}

async function stateOf({ store }: Pick<GatewayParts, 'store'>, { path, sha256, bytes }: KnownObject) {
  const found = await store.examine(path)
  if (!found) return 'missing'
  return found.sha256 === sha256 && found.bytes === bytes ? 'intact' : 'damaged'
}

function tell(parts: Pick<GatewayParts, 'logger' | 'metrics'>, { sha256 }: KnownObject, state: 'missing' | 'damaged'): void {
  parts.metrics.objectUnreadable(state)
  parts.logger.error({ sha256 }, `the bytes of a kept object are ${state}: restore them from a backup`)
}
