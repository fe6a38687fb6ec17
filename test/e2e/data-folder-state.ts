import { readdir, readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { sha256 } from '../support/picture-bytes.ts'
import type { TestGateway } from '../support/test-gateway.ts'

/** What a data folder holds that it should not. All empty when all is well. */
export interface Untidiness {
  /** Files in the spool. */
  spool: string[]
  /** Stored files that no row names, and rows that name no file. */
  filesWithoutRow: string[]
  rowsWithoutFile: string[]
  /** Hashes that somebody refers to and that have no row, and rows nobody refers to. */
  missingObjects: string[]
  unusedObjects: string[]
}

/** Compares files, objects and whoever refers to them: images, inputs, files of callers, heat maps, verdicts. Waits for pictures that are being looked at. */
export async function untidiness({ dataFolder, gateway }: TestGateway): Promise<Untidiness> {
  const { database } = gateway.parts
  await nothingToLookAt({ dataFolder, gateway })
  const objects = await database.read(database.sql.selectFrom('objects').select(['sha256', 'path']))
  const referred = await referredHashes(gateway)
  const root = join(dataFolder, 'objects')
  const stored = (await filesBelow(root)).map((file) => relative(root, file))
  const [paths, hashes] = [new Set(objects.map(({ path }) => path)), new Set(objects.map((object) => object.sha256))]
  return {
    spool: (await readdir(join(dataFolder, 'spool'), { recursive: true })).sort(),
    filesWithoutRow: stored.filter((path) => !paths.has(path)),
    rowsWithoutFile: [...paths].filter((path) => !stored.includes(path)),
    missingObjects: [...referred].filter((hash) => !hashes.has(hash)),
    unusedObjects: [...hashes].filter((hash) => !referred.has(hash)),
  }
}

/** What `untidiness` is when all is well. */
export const tidy: Untidiness = { spool: [], filesWithoutRow: [], rowsWithoutFile: [], missingObjects: [], unusedObjects: [] }

/** Stored files whose name is not the hash of their bytes, and how many there are in all. */
export async function rehash(dataFolder: string): Promise<{ files: number; wrong: string[] }> {
  const files = await filesBelow(join(dataFolder, 'objects'))
  const wrong: string[] = []
  for (const file of files) if (sha256(await readFile(file)) !== basename(file).split('.')[0]) wrong.push(file)
  return { files: files.length, wrong }
}

async function referredHashes(gateway: TestGateway['gateway']): Promise<Set<string>> {
  const { database } = gateway.parts
  const { sql } = database
  const [images, inputs, files, drifts, thumbnails, verdicts] = await Promise.all([
    database.read(sql.selectFrom('images').select('sha256').where('deleted_at_ms', 'is', null).where('storage', '=', 'stored')),
    database.read(sql.selectFrom('generation_inputs').select(['sha256', 'sent_sha256']).where('deleted_at_ms', 'is', null)),
    database.read(sql.selectFrom('files').select('sha256').where('deleted_at_ms', 'is', null)),
    database.read(sql.selectFrom('drift_reports').select('heat_map_sha256 as sha256').where('heat_map_sha256', 'is not', null)),
    database.read(sql.selectFrom('thumbnails').select('sha256')),
    database.read(sql.selectFrom('guard_verdicts').select('side_by_side_sha256 as sha256').where('side_by_side_sha256', 'is not', null)),
  ])
  return new Set([
    ...[...images, ...files, ...drifts, ...thumbnails, ...verdicts].map((row) => row.sha256!),
    ...inputs.flatMap((input) => [input.sha256, input.sent_sha256]),
  ])
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** Resolves when no picture is being looked at, or is to be; the folder of one goes right after what was found is on record. */
export async function nothingToLookAt({ dataFolder, gateway }: Pick<TestGateway, 'dataFolder' | 'gateway'>): Promise<void> {
  const { database, afterDelivery } = gateway.parts
  const { sql } = database
  const drifts = () => database.read(sql.selectFrom('drift_reports').select('image_id').where('state', '=', 'pending'))
  const verdicts = () => database.read(sql.selectFrom('guard_verdicts').select('image_id').where('state', '=', 'pending'))
  const beingRead = async () => (await readdir(join(dataFolder, 'spool'))).some((name) => /^(?:drift|guard|credentials)-/.test(name))
  while ((await drifts()).length > 0 || (afterDelivery.judges && (await verdicts()).length > 0) || (await beingRead())) await wait(20)
}
