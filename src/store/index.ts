export { clearLeftPuts } from './clear-left-puts.ts'
export { openObjectLocks, TAKEN_OVER_AFTER_MS } from './database-object-locks.ts'
export { EmergencyReserve } from './emergency-reserve.ts'
export { FolderStore } from './folder-store.ts'
export { createObjectLocks, type ObjectHold, type ObjectLocks } from './object-locks.ts'
export { checkedObjectPath, objectPath } from './object-path.ts'
export {
  findObject,
  noteUnused,
  type ObjectRecord,
  objectsAfter,
  recordObjects,
  takeUpObjects,
  type UnusedPlace,
  unusedObjects,
} from './object-statements.ts'
export type { ByteRange, ObjectStore, SpooledObject, StoredObject } from './object-store.ts'
export { type RemovalParts, removeUnused } from './remove-unused.ts'
