import { Failure } from '../contract/failure.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** Says why a call would not be taken now, or null when it would. Nothing in it names a secret or a path. */
export async function readiness(parts: GatewayParts): Promise<string | null> {
  try {
    parts.running.assertOpen()
    await parts.storageHealth.assertWritable()
    // Nothing to write, but the writer must answer: it stops for good after a fault of the disk.
    await parts.database.transact([])
    return null
  } catch (error) {
    return error instanceof Failure ? error.code : 'internal_error'
  }
}
