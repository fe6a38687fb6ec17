import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure, failure } from '../contract/failure.ts'
import { dataFolderPaths, findDataFolderOwner } from '../db/unopened.ts'
import { readText } from '../primitives/settings.ts'
import { type CommandContext, CommandError, type GatewayFlags } from './command.ts'

/** A gateway that answers, and with which token. */
export interface FoundGateway {
  baseUrl: string
  token: string
  /** What serves, e.g. "the gateway at http://127.0.0.1:4100". */
  serves: string
  /** True for one that this command opened for itself and has to close. */
  isOurs: boolean
  /** Lets go of it: waits for the calls under way when it is ours. */
  close(): Promise<void>
}

/** Nobody owns the data folder any more. */
export class GatewayGone extends CommandError {
  constructor() {
    super('The gateway has ended.')
    this.name = 'GatewayGone'
  }
}

/** How long another process that is starting or stopping is waited for, and how long a pause in that is. */
export const PATIENCE_MS = 15_000
export const PAUSE_MS = 100

/**
 * Finds the gateway that owns the data folder; when nobody does, opens one for this command.
 * Several commands at once share the gateway of whoever came first.
 * @param guest of a command that waits for an owner and never opens one: its wish to stop
 * @throws CommandError when the owner cannot be used; Failure `data_folder_locked` when it cannot be reached in time; GatewayGone when there is
 * none and none is opened.
 */
export async function findGateway(
  context: CommandContext,
  flags: GatewayFlags,
  guest?: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<FoundGateway> {
  const folder = context.dataFolder(flags)
  const giveUpMs = performance.now() + patienceMs
  for (;;) {
    const owner = await findDataFolderOwner(folder)
    if (owner !== null && owner !== 'unannounced') return ownersGateway(context, folder, owner.url)
    const opened = owner === null && !guest ? await openOurs(context, flags, folder) : null
    if (opened !== null) return opened
    if (performance.now() > giveUpMs) throw owner === null ? new GatewayGone() : failure('data_folder_locked')
    guest?.throwIfAborted()
    await pause(PAUSE_MS)
  }
}

async function ownersGateway(context: CommandContext, folder: string, baseUrl: string): Promise<FoundGateway> {
  return {
    baseUrl,
    token: await adminToken(context, folder, baseUrl),
    serves: `the gateway at ${baseUrl}`,
    isOurs: false,
    close: async () => {},
  }
}

/** Null when another process took the folder in the meantime. */
async function openOurs(context: CommandContext, flags: GatewayFlags, folder: string): Promise<FoundGateway | null> {
  try {
    const { baseUrl, serves, close } = await context.openGateway(flags)
    return { baseUrl, token: await adminToken(context, folder, baseUrl), serves, isOurs: true, close }
  } catch (error) {
    if (error instanceof Failure && error.code === 'data_folder_locked') return null
    throw error
  }
}

async function adminToken(context: CommandContext, folder: string, baseUrl: string): Promise<string> {
  const given = readText(context.environment, 'DARKROOM_ADMIN_TOKEN', null)
  if (given !== null) return given
  const kept = await readFile(dataFolderPaths(folder).adminToken, 'utf8').catch(() => '')
  if (kept.trim() === '') throw new CommandError(tokenAdvice(baseUrl))
  return kept.trim()
}

/** What to do about a gateway that has another administrator's token than we know. */
export function tokenAdvice(baseUrl: string): string {
  return `The gateway at ${baseUrl} was started with an administrator's token of its own. Set the same DARKROOM_ADMIN_TOKEN here.`
}
