import { type GateReport, gateReportSchema } from '../contract/gate-replies.ts'
import type { Database, GateRunRow, Statement, StatementContext } from '../db/index.ts'
import type { Nanos } from '../primitives/money.ts'

/** One run of the gate as it was kept. */
export interface GateRun {
  id: string
  routeId: string
  configSha256: string
  ranAtMs: number
  validUntilMs: number
  report: GateReport
  cost: Nanos
  /** Who started it. */
  actor: string
}

/**
 * Keeps a run and gives back the verdict that mismatching pictures had taken away, both in one transaction. A dry run sent nothing and found
 * nothing out; it is not for keeping.
 */
export function recordGateRun(context: StatementContext, { report, actor }: Pick<GateRun, 'report' | 'actor'>): Statement[] {
  const { sql, newId } = context
  const run: GateRunRow = {
    id: newId('gate'),
    route_id: report.route_id,
    config_sha256: report.config_sha256,
    ran_at_ms: Date.parse(report.ran_at),
    valid_until_ms: Date.parse(report.valid_until),
    verdict: report.verdict,
    report_json: JSON.stringify(report),
    cost_nanos: BigInt(report.cost.nanos),
    actor,
  }
  const closed = { mismatches_in_a_row: 0, reopened_at_ms: null, reopened_reason: null }
  return [
    { query: sql.insertInto('gate_runs').values(run) },
    { query: sql.updateTable('route_watch').set(closed).where('route_id', '=', report.route_id) },
  ]
}

/** The latest run of a route under one configuration; null when there is none. */
export async function latestGateRun(db: Database, route: { routeId: string; configSha256: string }): Promise<GateRun | null> {
  const rows = await db.read(newestFirst(db).where('route_id', '=', route.routeId).where('config_sha256', '=', route.configSha256).limit(1))
  return rows.flatMap(runFrom)[0] ?? null
}

/** The latest run of every route under every configuration it had. */
export async function latestGateRuns(db: Database): Promise<GateRun[]> {
  const rows = await db.read(
    db.sql
      .selectFrom('gate_runs as run')
      .selectAll('run')
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('gate_runs as later')
              .select('later.id')
              .whereRef('later.route_id', '=', 'run.route_id')
              .whereRef('later.config_sha256', '=', 'run.config_sha256')
              .where(({ or, and, eb }) =>
                or([
                  eb('later.ran_at_ms', '>', eb.ref('run.ran_at_ms')),
                  and([eb('later.ran_at_ms', '=', eb.ref('run.ran_at_ms')), eb('later.id', '>', eb.ref('run.id'))]),
                ]),
              ),
          ),
        ),
      )
      .orderBy('run.route_id')
      .orderBy('run.ran_at_ms', 'desc'),
  )
  return rows.flatMap(runFrom)
}

/** Runs of a route under whatever configuration, the newest first. */
export async function gateHistory(db: Database, { routeId, limit }: { routeId: string; limit: number }): Promise<GateRun[]> {
  const rows = await db.read(newestFirst(db).where('route_id', '=', routeId).limit(limit))
  return rows.flatMap(runFrom)
}

function newestFirst(db: Database) {
  return db.sql.selectFrom('gate_runs').selectAll().orderBy('ran_at_ms', 'desc').orderBy('id', 'desc')
}

/** A report that does not read any more, written by another version, is none: the route has to be tested again. */
function runFrom(row: GateRunRow): GateRun[] {
  const report = readReport(row.report_json)
  if (report === null) return []
  return [
    {
      id: row.id,
      routeId: row.route_id,
      configSha256: row.config_sha256,
      ranAtMs: row.ran_at_ms,
      validUntilMs: row.valid_until_ms,
      report,
      cost: row.cost_nanos,
      actor: row.actor,
    },
  ]
}

function readReport(json: string): GateReport | null {
  try {
    return gateReportSchema.safeParse(JSON.parse(json)).data ?? null
  } catch {
    return null
  }
}
