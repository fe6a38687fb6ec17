import { mkdir, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Bulk } from '../../contract/bulk-replies.ts'
import { type CommandContext, CommandError, say } from '../command.ts'
import type { GatewayClient } from '../gateway-client.ts'
import { count, formatBytes } from '../layout.ts'
import { Progress } from '../progress.ts'
import { assertCanSave, saveBody } from '../save-file.ts'
import { bulkPath } from './bulk-calls.ts'
import { doneOf } from './bulk-words.ts'
import { fetchIntoFolder } from './fetch-into-folder.ts'

/** Where the pictures of a bulk go. */
export interface FetchTarget {
  /** A zip file, or a folder. */
  kind: 'archive' | 'folder'
  path: string
  /** What is there already and is not the same may be replaced. */
  replaces: boolean
}

/**
 * A name that ends in `.zip` is an archive, any other a folder, which is made.
 * @param soFar what the command has not done then, in a sentence
 * @throws CommandError when nothing can be saved there, or an archive would replace a file
 */
export async function fetchTarget(path: string, replaces: boolean, soFar: string): Promise<FetchTarget> {
  if (path.toLowerCase().endsWith('.zip')) {
    await assertCanSave(path, soFar)
    const target: FetchTarget = { kind: 'archive', path, replaces }
    await assertFree(target, soFar)
    return target
  }
  const found = await stat(path).catch(() => null)
  if (found && !found.isDirectory()) throw new CommandError(`${path} is a file, and neither an archive (.zip) nor a folder. ${soFar}`)
  if (!found) await assertCanSave(path, soFar)
  return { kind: 'folder', path, replaces }
}

async function assertFree({ path, replaces }: FetchTarget, soFar: string): Promise<void> {
  if (!replaces && (await stat(path).catch(() => null)))
    throw new CommandError(`${path} exists already. ${soFar} Choose another name, or replace it with --replace.`)
}

/** Fetches the pictures of a bulk that are there by now, and its manifest. @returns the exit code */
export async function fetchBulk(client: GatewayClient, bulk: Bulk, target: FetchTarget, context: CommandContext): Promise<number> {
  const code =
    target.kind === 'archive' ? await fetchArchive(client, bulk, target, context) : await intoFolder(client, bulk, target, context)
  const open = bulk.total - doneOf(bulk)
  if (open > 0)
    say(context.stderr, `${count(open, 'item')} of the bulk ${open === 1 ? 'is' : 'are'} not over yet: fetch it again for the rest.`)
  return code
}

async function fetchArchive(client: GatewayClient, { id }: Bulk, target: FetchTarget, context: CommandContext): Promise<number> {
  const { path } = target
  // A bulk takes its time: somebody may have made a file of that name meanwhile.
  await assertFree(target, 'Nothing was fetched.')
  const signal = context.interruption()
  try {
    using _ = new Progress(context.stderr, `fetching ${basename(path)}`)
    await saveBody(await client.call({ method: 'GET', path: bulkPath(id, '/archive') }), path, signal)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
  say(context.stderr, `${path}  ${formatBytes((await stat(path)).size)}, with the manifest`)
  return 0
}

async function intoFolder(client: GatewayClient, bulk: Bulk, target: FetchTarget, context: CommandContext): Promise<number> {
  await mkdir(target.path, { recursive: true })
  const { saved, kept, left } = await fetchIntoFolder(client, bulk, target, context)
  const facts = [`${saved} new`, ...(kept > 0 ? [`${kept} there already`] : []), ...(left > 0 ? [`${left} not saved`] : [])]
  say(context.stderr, `${target.path}  ${count(saved + kept + left, 'picture')}: ${facts.join(', ')}, with the manifest`)
  return left > 0 ? 1 : 0
}
