import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { GatewayParts } from './gateway-parts.ts'

/** A folder for the pictures of one request while they are judged. What is not moved into the store by then goes with it. */
export interface InputWorkspace extends AsyncDisposable {
  readonly folder: string
}

/** Opens a folder of its own below the spool; what a killed process left there is removed at the next start. */
export async function openInputWorkspace(parts: Pick<GatewayParts, 'spoolFolder'>, requestId: string): Promise<InputWorkspace> {
  const folder = join(parts.spoolFolder, `inputs-${requestId}`)
  await mkdir(folder, { mode: 0o700 })
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
