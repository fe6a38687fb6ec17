import { Failure } from '../contract/failure.ts'
import type { ObjectStore } from './object-store.ts'

/**
 * Asks places for an object, one after the other, until one has it. Names are hashes: whoever has the name has the bytes, so that it matters
 * only which place is nearest.
 * @throws what the last one says, or the first that says anything but `object_missing`
 */
export async function firstThatHas<Found>(
  stores: readonly ObjectStore[],
  ask: (store: ObjectStore) => Promise<Found>,
): Promise<NonNullable<Found> | null> {
  for (const [index, store] of stores.entries()) {
    try {
      const found = await ask(store)
      if (found != null) return found
    } catch (error) {
      const isMissing = error instanceof Failure && error.code === 'object_missing'
      if (!isMissing || index === stores.length - 1) throw error
    }
  }
  return null
}
