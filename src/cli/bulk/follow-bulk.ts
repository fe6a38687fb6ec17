import { setTimeout as pause } from 'node:timers/promises'
import type { Bulk } from '../../contract/bulk-replies.ts'
import { systemClock } from '../../primitives/clock.ts'
import type { CommandContext } from '../command.ts'
import { type Followed, type FollowOptions, followCommand, leave } from '../follow-command.ts'
import type { GatewayClient } from '../gateway-client.ts'
import { gatewayFlags } from '../options.ts'
import { readBulk } from './bulk-calls.ts'
import { BulkProgress } from './bulk-progress.ts'
import { isOver } from './bulk-words.ts'
import { type FetchTarget, fetchBulk } from './fetch-bulk.ts'
import { reportBulk } from './report-bulk.ts'

/** A bulk is soon over where nothing takes long, so the first looks are close together. */
const FIRST_LOOK_MS = 100
const LOOK_EVERY_MS = 1000

/** How a bulk is followed. */
export interface FollowWishes extends FollowOptions {
  json?: boolean | undefined
  /** Where its pictures go when it is over; null = nowhere. */
  target: FetchTarget | null
}

/**
 * Shows how a bulk goes on until it is over or has paused by itself, then what came of it, and fetches its pictures. Whoever leaves earlier is told how to come back.
 * @returns the exit code: 0 when every item is completed
 */
export async function followBulk(client: GatewayClient, bulk: Bulk, wishes: FollowWishes, context: CommandContext): Promise<number> {
  const followed: Followed = {
    thing: 'bulk',
    command: followCommand(['bulk', 'follow', bulk.id], wishes),
    dataFolder: context.dataFolder(gatewayFlags(wishes)),
  }
  let last = bulk
  try {
    last = await watched(client, bulk, context, wishes)
    const code = await reportBulk(client, last, context, wishes)
    if (wishes.target === null) return code
    return Math.max(code, await fetchBulk(client, last, wishes.target, context))
  } catch (error) {
    if (error instanceof Left) last = error.bulk
    return leave(error instanceof Left ? error.cause : error, context, { client, followed, underWay: last.counts.running })
  }
}

/** Somebody left, and how it stood then. */
class Left extends Error {
  readonly bulk: Bulk

  constructor(bulk: Bulk, cause: unknown) {
    super('left', { cause })
    this.bulk = bulk
  }
}

/** @returns it, over or paused by itself */
async function watched(client: GatewayClient, begin: Bulk, context: CommandContext, { json }: FollowWishes): Promise<Bulk> {
  const signal = context.interruption()
  using progress = new BulkProgress(context.stderr, { clock: systemClock, isQuiet: json ?? false })
  let bulk = begin
  try {
    for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(LOOK_EVERY_MS, waitMs * 2)) {
      signal.throwIfAborted()
      progress.show(bulk)
      if (isOver(bulk) || (bulk.state === 'paused' && bulk.pause_reason !== null)) return bulk
      await pause(waitMs, undefined, { signal })
      bulk = await readBulk(client, bulk.id)
    }
  } catch (error) {
    throw new Left(bulk, error)
  }
}
