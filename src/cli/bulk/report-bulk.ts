import type { Bulk } from '../../contract/bulk-replies.ts'
import { type CommandContext, say } from '../command.ts'
import { type FollowOptions, followCommand } from '../follow-command.ts'
import type { GatewayClient } from '../gateway-client.ts'
import { plainText, sayWrapped } from '../layout.ts'
import { currencyOfBulk } from './bulk-calls.ts'
import { countsInWords } from './bulk-words.ts'

const endings: Readonly<Record<Bulk['state'], string>> = {
  running: 'goes on',
  paused: 'is paused',
  cancelled: 'was cancelled',
  ended: 'has ended',
}

/**
 * Says how a bulk stands, what it cost, and what can be done about what went wrong; commands stay on one line, so that they can be pasted.
 * @returns the exit code: 0 when every item is completed
 */
export async function reportBulk(
  client: GatewayClient,
  bulk: Bulk,
  context: CommandContext,
  { json, data }: FollowOptions & { json?: boolean | undefined },
): Promise<number> {
  const { id, name, state, pause_reason, counts, total, cost } = bulk
  const isWhole = counts.completed === total
  if (json) {
    say(context.stdout, JSON.stringify(bulk, null, 2))
    return isWhole ? 0 : 1
  }
  const called = name === null ? id : `${id} (${plainText(name)})`
  sayWrapped(context.stdout, `${called} ${endings[state]}: ${countsInWords(bulk)}.`)
  const held = cost.held_unknown.nanos === '0' ? '' : `, and ${cost.held_unknown.usd} held until it is known what became of it`
  say(context.stdout, `${cost.settled.usd} ${await currencyOfBulk(client, id)}${held}.`)
  const next = (words: readonly string[]) => followCommand(words, { data })
  if (pause_reason !== null)
    say(
      context.stderr,
      `It paused by itself, because its next item would be refused: ${pause_reason}. When that is mended: ${next(['bulk', 'resume', id])}`,
    )
  for (const trouble of ['failed', 'refused', 'outcome_unknown'] as const)
    if (counts[trouble] > 0) say(context.stderr, `${wordOf[trouble]}: ${next(['bulk', 'items', id, '--state', trouble])}`)
  return isWhole ? 0 : 1
}

const wordOf = { failed: 'What failed', refused: 'What was refused', outcome_unknown: 'What is unknown' } as const
