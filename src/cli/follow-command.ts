import { type CommandContext, Interrupted, say } from './command.ts'
import { GatewayGone } from './find-gateway.ts'
import type { GatewayClient } from './gateway-client.ts'

/** Options that a command which goes on elsewhere has to be given again. */
export interface FollowOptions {
  data?: string | undefined
  live?: boolean | undefined
  out?: string | undefined
  replace?: boolean | undefined
}

/** The command that goes on following something, ready to be pasted into a shell. */
export function followCommand(words: readonly string[], { data, live, out, replace }: FollowOptions): string {
  const options = [
    ...(live ? ['--live'] : []),
    ...(data === undefined ? [] : ['--data', data]),
    ...(out === undefined ? [] : ['-o', out]),
    ...(replace ? ['--replace'] : []),
  ]
  return ['darkroom', ...words, ...options].map(quoted).join(' ')
}

/** As a shell reads it as one word. */
function quoted(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** What somebody waits for, and how to come back to it. */
export interface Followed {
  /** `bulk`, `job`. */
  thing: string
  command: string
  dataFolder: string
}

/**
 * What becomes of something that nobody follows any more: a gateway that runs goes on with it, one that ends with its command leaves it to the next.
 * @param underWay calls that were sent and are waited for
 */
export function whatBecomes(client: GatewayClient, { thing, command, dataFolder }: Followed, underWay: number): string {
  if (!client.isOurs) return `${capital(client.serves)} goes on with the ${thing}; follow it again with: ${command}`
  const finished = underWay === 0 ? '' : ' once the calls under way, which are paid for, are finished'
  return `The ${thing} waits in ${dataFolder}${finished}; go on with it: ${command}`
}

/**
 * Says what becomes of it when its follower leaves, or when the gateway of somebody else has ended.
 * @returns the exit code
 * @throws whatever else ended the following
 */
export function leave(
  error: unknown,
  context: CommandContext,
  { client, followed, underWay }: { client: GatewayClient; followed: Followed; underWay: number },
): number {
  if (error instanceof GatewayGone) {
    say(
      context.stderr,
      `${capital(client.serves)} has ended; the ${followed.thing} waits in ${followed.dataFolder}; go on with it: ${followed.command}`,
    )
    return 1
  }
  const { reason } = context.interruption()
  if (!(reason instanceof Interrupted)) throw error
  say(context.stderr, whatBecomes(client, followed, underWay))
  return reason.exitCode
}

const capital = (text: string) => `${text[0]!.toUpperCase()}${text.slice(1)}`
