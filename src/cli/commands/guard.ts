import { setTimeout as pause } from 'node:timers/promises'
import type { GuardReply } from '../../contract/record.ts'
import { type Command, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { guardRemarks } from '../guard-report.ts'
import { gatewayFlags, gatewayOptions, readArguments } from '../options.ts'

const PATIENCE_MS = 30_000
const PAUSE_MS = 200
/** What a script may act upon. */
const exitCodes = { adoptable: 0, needs_human: 3, reject: 4 } as const

/** `darkroom guard`: whether what had to stay in a picture did. */
export const guardCommand: Command = {
  name: 'guard',
  summary: 'see whether an edit kept what had to stay',
  usage: `guard IMAGE [options]

  IMAGE is the id of a picture (img_…). Ends with 0 for adoptable, 3 where people
  are to decide, 4 for what is to be rejected, 1 where there is no verdict.

      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { live: _live, ...options } = gatewayOptions
    const { values, positionals } = readArguments(args, options)
    const [image, ...more] = positionals
    if (image === undefined || more.length > 0) throw new UsageError('guard expects the id of one picture')
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { makesFolder: false })
    const guard = await awaitGuard(client, image)
    say(context.stdout, values.json ? JSON.stringify(guard, null, 2) : guardRemarks(guard).join('\n'))
    return guard.overall === null ? 1 : exitCodes[guard.overall]
  },
}

async function awaitGuard(client: GatewayClient, image: string): Promise<GuardReply> {
  const read = () => client.json<GuardReply>({ method: 'GET', path: `/v2/images/${encodeURIComponent(image)}/guard` })
  const giveUpMs = performance.now() + PATIENCE_MS
  let guard = await read()
  while (guard.status === 'pending' && performance.now() < giveUpMs) {
    await pause(PAUSE_MS)
    guard = await read()
  }
  return guard
}
