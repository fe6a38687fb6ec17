import { findGuardReport } from '../../guard/index.ts'
import type { SeenGuard } from '../../rollout/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { until } from './make-calls.ts'

/** What the guard says of an edit, once it has judged it, or after so many seconds. */
export async function seenGuard(parts: GatewayParts, imageId: string, seconds: number): Promise<SeenGuard> {
  const row = await until(
    parts,
    seconds,
    () => findGuardReport(parts.database, imageId),
    (found) => found === null || found.state !== 'pending',
  )
  const report = row?.report_json ? (JSON.parse(row.report_json) as Record<keyof SeenGuard['rules'], { verdict: string | null }>) : null
  const verdictOf = (rule: keyof SeenGuard['rules']) => report?.[rule].verdict ?? null
  return {
    status: row?.state ?? 'not_applicable',
    overall: row?.overall ?? null,
    rules: { drift: verdictOf('drift'), subject: verdictOf('subject'), camera: verdictOf('camera'), text: verdictOf('text') },
    missingPackages: [],
  }
}
