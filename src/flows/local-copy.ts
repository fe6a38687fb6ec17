import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { GatewayParts } from './gateway-parts.ts'

/** Copies stored bytes into a folder, for a process that reads files. @returns the file's path. */
export async function localCopy(parts: Pick<GatewayParts, 'store'>, objectPath: string, folder: string, name: string): Promise<string> {
  const path = join(folder, name)
  await pipeline(await parts.store.open(objectPath), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  return path
}
