export { objectAudits } from './audit-objects.ts'
export { deliverOutbox } from './deliver-outbox.ts'
export { EmergencyReserve } from './emergency-reserve.ts'
export { FolderStore } from './folder-store.ts'
export { createObjectLocks, type ObjectLocks } from './object-locks.ts'
export { checkedObjectPath, objectPath } from './object-path.ts'
export { ObjectPlaces } from './object-places.ts'
export {
  findObject,
  forgetObject,
  type ObjectRecord,
  objectsAfter,
  objectsOutside,
  recordObjects,
  removeUnreferenced,
} from './object-statements.ts'
export type { AddressedObject, ByteRange, ObjectStore, SpooledObject, StoredObject } from './object-store.ts'
export { OutboxStore } from './outbox-store.ts'
export { S3Problem } from './s3-failure.ts'
export { readS3Settings, type S3Settings } from './s3-settings.ts'
export { S3Store, type S3StoreOptions } from './s3-store.ts'
