import type { DarkroomConfig } from './config/read-config.ts'
import { dataFolderPaths } from './db/index.ts'
import { ObjectDeliveries } from './flows/index.ts'
import { FolderStore, ObjectPlaces, type ObjectStore, OutboxStore, S3Store, type S3StoreOptions } from './store/index.ts'

/** Tests speak to their bucket less patiently. */
export interface OpenObjectsOptions extends S3StoreOptions {
  deliverEveryMs?: number
}

/** Where objects of a gateway are kept, and what brings them there. */
export interface OpenObjects {
  store: ObjectStore
  /** Null where they stay in the data folder. To be closed behind everybody who uses the store. */
  deliveries: ObjectDeliveries | null
}

/**
 * Opens the data folder's own objects, and before them the bucket where one is configured: new objects go there by the outbox, those of before stay
 * where they are.
 * @throws Failure `storage_full` or `storage_unavailable` for the data folder; a bucket that is away keeps no gateway from starting
 */
export async function openObjects(
  { dataFolder, s3 }: Pick<DarkroomConfig, 'dataFolder' | 's3'>,
  options: OpenObjectsOptions = {},
): Promise<OpenObjects> {
  const paths = dataFolderPaths(dataFolder)
  const folder = await FolderStore.open(paths.objects)
  if (s3 === null) return { store: folder, deliveries: null }
  const outbox = await OutboxStore.open(paths.outbox, await S3Store.open(s3, options))
  return { store: new ObjectPlaces({ before: folder, now: outbox }), deliveries: new ObjectDeliveries(outbox, options.deliverEveryMs) }
}
