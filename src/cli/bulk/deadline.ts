import { isoTime } from '../../primitives/clock.ts'
import { UsageError } from '../command.ts'

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * A deadline as it is typed: a time with its offset, or how long from now (`90m`, `36h`, `2d`).
 * @returns ISO 8601
 * @throws UsageError for anything else
 */
export function deadlineOf(text: string, nowMs: number): string {
  const [, number, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? []
  if (number !== undefined) return isoTime(nowMs + Number(number) * unitsMs[unit!]!)
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d\S*(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))) return text
  throw new UsageError(`--deadline expects a time like 2026-12-01T18:00:00Z, or 90m, 36h, 2d from now, found '${text}'`)
}
