import { basename, join } from 'node:path'
import type { Bulk, BulkItemReply } from '../../contract/bulk-replies.ts'
import { type CommandContext, CommandError } from '../command.ts'
import { type GatewayClient, RefusedError } from '../gateway-client.ts'
import { Progress } from '../progress.ts'
import { hashOfFile, saveBody, saveVerifiedBody } from '../save-file.ts'
import { bulkPath, itemsOfBulk } from './bulk-calls.ts'

/** What became of the pictures of a bulk. */
export interface FetchedFolder {
  saved: number
  /** Were there already, byte for byte. */
  kept: number
  /** Could not be saved; each was said. */
  left: number
}

interface Fetching {
  client: GatewayClient
  folder: string
  replaces: boolean
  progress: Progress
}

/**
 * Fetches the pictures of a bulk into a folder, each under its name in the archive. What is there already is told by its hash and not fetched again, so that a fetch which
 * was broken off goes on; another file of that name stays as it is, unless it may be replaced.
 */
export async function fetchIntoFolder(
  client: GatewayClient,
  { id }: Bulk,
  { path: folder, replaces }: { path: string; replaces: boolean },
  context: CommandContext,
): Promise<FetchedFolder> {
  using progress = new Progress(context.stderr, `fetching pictures into ${folder}`)
  const fetching: Fetching = { client, folder, replaces, progress }
  const fetched: FetchedFolder = { saved: 0, kept: 0, left: 0 }
  const signal = context.interruption()
  for await (const { images } of itemsOfBulk(client, id))
    for (const image of images) {
      signal.throwIfAborted()
      fetched[await fetchImage(fetching, image)] += 1
    }
  await saveBody(await client.call({ method: 'GET', path: bulkPath(id, '/manifest') }), join(folder, 'manifest.csv'))
  return fetched
}

async function fetchImage(
  { client, folder, replaces, progress }: Fetching,
  { id, file, sha256 }: BulkItemReply['images'][number],
): Promise<keyof FetchedFolder> {
  // Names come from the gateway; whatever it says, nothing lands outside the folder.
  if (file !== basename(file) || file.startsWith('.') || file.includes('\\'))
    throw new CommandError(`The gateway names a picture ${JSON.stringify(file)}, which is no name of a file.`)
  const path = join(folder, file)
  const present = await hashOfFile(path)
  if (present === sha256) return 'kept'
  if (present !== null && !replaces) {
    progress.note(`${path} is another file and stays as it is; --replace replaces it.`)
    return 'left'
  }
  try {
    await saveVerifiedBody(await client.call({ method: 'GET', path: `/v2/images/${encodeURIComponent(id)}` }), path, sha256)
    return 'saved'
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error
    progress.note(`${path} was not saved: ${error.message}`)
    return 'left'
  }
}
