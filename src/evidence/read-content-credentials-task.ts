import { readFile, stat } from 'node:fs/promises'
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf'
import { type Manifest, ManifestStore, ValidationResult } from '@trustnxt/c2pa-ts/manifest'
import { checkManifest } from './check-manifest.ts'
import type { ContentCredentials } from './content-credentials.ts'
import { presentCredentials, validityOf } from './credential-problems.ts'
import { type EmbeddedManifest, findEmbeddedManifest, isManifestStore, type SignedFormat } from './embedded-manifest.ts'
import { readClaim } from './read-claim.ts'

/** Which file to read. */
export interface ManifestOrder {
  path: string
  format: SignedFormat
}

/** The largest picture the model makes has 33 MB of raw pixels. */
const MAX_FILE_BYTES = 64 * 1024 * 1024
/** Manifests with thumbnails of what went in have a few hundred kilobytes. */
const MAX_MANIFEST_BYTES = 8 * 1024 * 1024

/** Reads and checks one manifest. Throws only when the file cannot be read: whatever stands in it is an answer. */
export async function run({ path, format }: ManifestOrder): Promise<ContentCredentials> {
  if ((await stat(path)).size > MAX_FILE_BYTES) return presentCredentials(['file_too_large'])
  const file = await readFile(path)
  try {
    const embedded = findEmbeddedManifest(file, format)
    if (!embedded) return presentCredentials(['no_single_manifest_store'])
    return await judge(file, embedded)
  } catch (error) {
    return presentCredentials(failureOf(error))
  }
}

async function judge(file: Buffer, embedded: EmbeddedManifest): Promise<ContentCredentials> {
  if (embedded.store.length > MAX_MANIFEST_BYTES) return presentCredentials(['manifest_too_large'])
  if (!isManifestStore(embedded.store)) return presentCredentials(['not_a_manifest'])
  const manifest = activeManifest(embedded.store)
  if (!manifest) return presentCredentials(['claim.missing'])
  const problems = await checkManifest(manifest, { file, ...embedded }).catch(failureOf)
  const stampHolds = validityOf(problems) === 'intact' && !problems.some((code) => code.startsWith('timeStamp.'))
  return presentCredentials(problems, readClaim(manifest, stampHolds))
}

/** The last manifest of a store is the one about this picture; earlier ones are about what it was made from (C2PA 2.1). */
function activeManifest(store: Uint8Array): Manifest | undefined {
  return ManifestStore.read(SuperBox.fromBuffer(Uint8Array.from(store))).getActiveManifest()
}

/**
 * The library's own code for what it refused, `general.error` for anything it did not foresee; and that the check was not finished, because
 * a code such as `signingCredential.invalid` is a mere remark only beside a signature that was verified.
 */
function failureOf(error: unknown): string[] {
  return ['check_not_finished', ...ValidationResult.fromError(error as Error).statusEntries.map(({ code }) => String(code))]
}
