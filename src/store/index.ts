export { objectAudits } from './audit-objects.ts'
export { clearLeftPuts } from './clear-left-puts.ts'
export { openObjectLocks, TAKEN_OVER_AFTER_MS } from './database-object-locks.ts'
export { EmergencyReserve } from './emergency-reserve.ts'
export { FolderStore } from './folder-store.ts'
export { createObjectLocks, type ObjectHold, type ObjectLocks } from './object-locks.ts'
export { checkedObjectPath, objectPath } from './object-path.ts'
export { ObjectPlaces } from './object-places.ts'
export {
  findObject,
  noteUnused,
  type ObjectRecord,
  objectsAfter,
  objectsOutside,
  recordObjects,
  takeUpObjects,
  type UnusedPlace,
  unusedObjects,
} from './object-statements.ts'
export type { AddressedObject, ByteRange, ObjectStore, SpooledObject, StoredObject } from './object-store.ts'
export { OutboxRounds } from './outbox-rounds.ts'
export { OutboxStore } from './outbox-store.ts'
export { type RemovalParts, removeUnused } from './remove-unused.ts'
export { S3Problem } from './s3-failure.ts'
export { readS3Settings, type S3Settings } from './s3-settings.ts'
export { S3Store, type S3StoreOptions } from './s3-store.ts'
