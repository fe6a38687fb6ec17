import { parseArgs } from 'node:util'
import type { FailPointName } from '../../src/primitives/fail-point-names.ts'
import { runWebhookChaos } from './run-webhook-chaos.ts'

/*
 * `npm run chaos:webhooks -- [--seed N] [--events N] [--kills N] [--receivers N] [--calm N]`: events for receivers of which a third is down, with
 * gateways that are killed at fail points and at any time. Ends with 1 where a claim does not hold.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    events: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '50' },
    receivers: { type: 'string', default: '10' },
    calm: { type: 'string', default: '1000' },
  },
})
const say = (line: string) => void process.stdout.write(`${line}\n`)
const startedMs = performance.now()
const places: readonly FailPointName[] = [
  'webhook_before_hand_out',
  'webhook_after_hand_out',
  'webhook_after_claim',
  'webhook_before_send',
  'webhook_after_send',
  'webhook_before_record',
  'webhook_after_record',
  'database_before_commit',
  'database_after_commit',
]
const kills = Number(values.kills)
const figures = await runWebhookChaos({
  seed: Number(values.seed),
  events: Number(values.events),
  receivers: Number(values.receivers),
  kills,
  points: Array.from({ length: 2 }, () => places)
    .flat()
    .slice(0, kills),
  calm: Number(values.calm),
  say,
})
const { firstAttemptMs: first, replayed } = figures
const rows: [string, string][] = [
  ['seed', String(figures.seed)],
  ['starts, kills -9', `${figures.starts}, ${figures.kills}; places that were not reached: ${figures.notReached.join(' ') || 'none'}`],
  ['events on record', `${figures.events}, of them acknowledged ${figures.acknowledged}, forgotten ${figures.forgotten.length}`],
  ['requests at receivers', String(figures.requests)],
  ['taken', `${figures.taken}, of them repetitions ${figures.repeated}`],
  ['lost', `${figures.lost.length} ${figures.lost.slice(0, 10).join(', ')}`],
  ['events under two ids', String(figures.twoIds.length)],
  ['not believed by the verifier', `${figures.wrong.length} ${figures.wrong.slice(0, 3).join('; ')}`],
  ['given up', String(figures.exhausted)],
  ['brought back by replay', `${replayed.messages} messages of ${replayed.receivers} receivers that had answered 410`],
  ['first attempt behind commit', `p50 ${first.p50} ms, p99 ${first.p99} ms, at most ${first.most} ms`],
  ['seconds', String(Math.round((performance.now() - startedMs) / 1000))],
]
say('')
for (const [name, value] of rows) say(`${name.padEnd(30)} ${value}`)
const broken = [figures.forgotten, figures.lost, figures.twoIds, figures.wrong].some((found) => found.length > 0)
process.exitCode = broken || figures.acknowledged < Number(values.events) ? 1 : 0
