import type { MoveNews, MoveReport } from '../../flows/move/move-to-postgres.ts'
import { systemClock } from '../../primitives/clock.ts'
import { formatUsd } from '../../primitives/money.ts'
import { type Command, type CommandContext, say, UsageError } from '../command.ts'
import { count, sayWrapped, table } from '../layout.ts'
import { gatewayFlags, readArguments, wholeNumber } from '../options.ts'
import { sharedDatabase } from '../shared-database.ts'

const SECOND = 1000
const USUAL_WAIT_S = 600

/** `darkroom move`: a live install from the database of its data folder to PostgreSQL. */
export const moveCommand: Command = {
  name: 'move',
  summary: 'move the records of the data folder to DATABASE_URL, and prove it',
  usage: `move --from sqlite --to postgres [options]
       move --undo [--discard] [options]

      Copies while the gateway serves, then waits for you to stop it, copies what has changed since
      and compares everything. Broken off at any moment, it goes on when it is run again. Afterwards
      start the gateway with DATABASE_URL on the same data folder.

      --wait SECONDS     how long to wait for the gateway to be stopped; 0 copies and ends (600)
      --verify-objects   read every picture of the folder and compare it with its hash
      --undo             go back to the records as they were when they were moved; refused once a
                         gateway has served from DATABASE_URL
      --discard          with --undo: whatever the database took in since
      --data FOLDER      data folder to move (./data)
      --json             print the report as JSON`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, {
      from: { type: 'string' },
      to: { type: 'string' },
      wait: { type: 'string' },
      'verify-objects': { type: 'boolean' },
      undo: { type: 'boolean' },
      discard: { type: 'boolean' },
      data: { type: 'string' },
      json: { type: 'boolean' },
    })
    if (positionals.length > 0) throw new UsageError(`move takes no '${positionals[0]}'`)
    const dataFolder = context.dataFolder(gatewayFlags(values))
    if (values.undo) return undo(context, dataFolder, values.discard ?? false)
    if (values.from !== 'sqlite' || values.to !== 'postgres') throw new UsageError('move knows one way: --from sqlite --to postgres')
    const database = sharedDatabase(context.environment, 'names the database that the records are moved to')
    const { moveToPostgres } = await import('../../flows/move/move-to-postgres.ts')
    const report = await moveToPostgres({
      dataFolder,
      database,
      environment: context.environment,
      clock: systemClock,
      verifyObjects: values['verify-objects'] ?? false,
      waitMs: (wholeNumber('wait', values.wait) ?? USUAL_WAIT_S) * SECOND,
      tell: progressOn(context),
      signal: context.interruption(),
    })
    say(context.stdout, values.json ? JSON.stringify(report, null, 2) : told(report))
    if (!values.json)
      sayWrapped(context.stdout, `Start the gateway with DATABASE_URL on ${dataFolder}; without it, it refuses to start there.`)
    return 0
  },
}

async function undo({ environment, stdout }: CommandContext, dataFolder: string, discard: boolean): Promise<number> {
  const database = discard ? null : sharedDatabase(environment, 'is asked whether a gateway has served from it')
  const { undoMove } = await import('../../flows/move/undo-move.ts')
  const movedAt = await undoMove({ dataFolder, database, clock: systemClock })
  sayWrapped(stdout, `${dataFolder} is open again, with its records as of ${movedAt}. Start the gateway without DATABASE_URL.`)
  return 0
}

const TOLD_EVERY_MS = 2000

/** Steps as they begin, and in long ones how far they are and how quick. */
function progressOn({ stderr }: CommandContext): (news: MoveNews) => void {
  let stepAtMs = 0
  let toldAtMs = 0
  let rows = 0
  let before: MoveNews = { step: 'check' }
  return (news) => {
    const nowMs = performance.now()
    if (news.table === undefined) {
      stepAtMs = toldAtMs = nowMs
      rows = 0
      const wait = news.step === 'wait' ? ': stop the gateway now, should it run; it finishes its calls first' : ''
      sayWrapped(stderr, `${news.step}${wait}`)
    } else {
      rows += (news.rows ?? 0) - (news.table === before.table && news.step === before.step ? (before.rows ?? 0) : 0)
      if (nowMs - toldAtMs > TOLD_EVERY_MS) {
        toldAtMs = nowMs
        say(stderr, `  ${news.table}: ${count(rows, 'row')}, ${Math.round((rows * SECOND) / (nowMs - stepAtMs))} rows/s`)
      }
    }
    before = news
  }
}

function told(report: MoveReport): string {
  if (report.was_moved_before) return `The records were moved to ${report.database} at ${report.moved_at} already; nothing was done.`
  const rows = report.tables.reduce((sum, { rows }) => sum + rows, 0)
  const lines = [
    `Moved to ${report.database}: ${count(rows, 'row')} of ${count(report.tables.length, 'table')}, every one compared on both sides.`,
    ...(report.ledger.length > 0 ? ['', ledgerTable(report), ''] : []),
    `${count(report.jobs_queued, 'job')} waiting. The folder was closed for ${(report.held_ms / SECOND).toFixed(1)} s.`,
  ]
  if (report.nul_texts > 0) lines.push(`${count(report.nul_texts, 'text')} held the character NUL, which became U+FFFD.`)
  if (report.pictures)
    lines.push(`${count(report.pictures.verified, 'picture')} compared with the hash; ${report.pictures.elsewhere} elsewhere.`)
  return lines.join('\n')
}

function ledgerTable({ ledger }: MoveReport): string {
  const sums = ledger.map(({ book, route_owner, kind, entries, nanos }) => [
    book,
    route_owner,
    kind,
    `${entries}`,
    formatUsd(BigInt(nanos)),
  ])
  return table([['book', 'owner', 'kind', 'entries', 'USD'], ...sums])
}
