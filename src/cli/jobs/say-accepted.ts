import { type CommandContext, say } from '../command.ts'
import { type FollowOptions, followCommand } from '../follow-command.ts'
import type { GatewayClient } from '../gateway-client.ts'

/** Says the id of a job that was accepted, and how to come to its pictures. */
export function sayAccepted(
  client: GatewayClient,
  answer: { jobId: string },
  { json, live, ...options }: FollowOptions & { json?: boolean | undefined },
  context: CommandContext,
): void {
  say(context.stdout, json ? JSON.stringify(answer, null, 2) : answer.jobId)
  if (json) return
  const command = followCommand(['jobs', 'follow', answer.jobId], { ...options, live: client.isOurs ? live : undefined })
  say(context.stderr, `${client.isOurs ? 'It waits until a gateway runs on this data folder; make' : 'Follow'} it with: ${command}`)
}
