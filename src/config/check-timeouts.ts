import {
  backgroundDeadlines,
  type Deadlines,
  type DeadlineTable,
  synchronousDeadlines,
  type TimedOperation,
} from '../contract/deadlines.ts'
import type { ConfigFileSettings } from './config-file-schema.ts'
import type { ConfigProblem } from './describe-problem.ts'

type Timeouts = ConfigFileSettings['timeouts']
type DeadlineRow = NonNullable<Timeouts[TimedOperation]>

const SECOND_MS = 1000
const operations = ['generate', 'edit', 'respond', 'background'] as const satisfies TimedOperation[]
/** Each has to be longer than the one before it. */
const order = ['upstream_s', 'gateway_s', 'client_s'] as const

/** The deadlines of every operation, or what breaks their order. A row of an operation goes before what holds for all synchronous ones. */
export function checkTimeouts(timeouts: Timeouts): { deadlines: DeadlineTable; problems: ConfigProblem[] } {
  const rows = Object.fromEntries(operations.map((operation) => [operation, rowOf(timeouts, operation)])) as Record<
    TimedOperation,
    Required<DeadlineRow>
  >
  const problems = operations.flatMap((operation) => brokenOrder(timeouts, operation, rows[operation]))
  const deadlines = Object.fromEntries(operations.map((operation) => [operation, deadlinesOf(rows[operation])])) as unknown as DeadlineTable
  return { deadlines, problems: uniquePlaces(problems) }
}

function rowOf(timeouts: Timeouts, operation: TimedOperation): Required<DeadlineRow> {
  const shipped = secondsOf(operation === 'background' ? backgroundDeadlines : synchronousDeadlines)
  const general = operation === 'background' ? {} : stated(timeouts)
  return { ...shipped, ...general, ...stated(timeouts[operation] ?? {}) }
}

function stated(row: Partial<Record<(typeof order)[number], number | undefined>>): Partial<Required<DeadlineRow>> {
  return Object.fromEntries(order.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]])))
}

function brokenOrder(timeouts: Timeouts, operation: TimedOperation, row: Required<DeadlineRow>): ConfigProblem[] {
  const placeOf = (name: (typeof order)[number]) => {
    if (timeouts[operation]?.[name] !== undefined) return ['timeouts', operation, name]
    return operation !== 'background' && timeouts[name] !== undefined ? ['timeouts', name] : null
  }
  return order.slice(1).flatMap((longer, index) => {
    const shorter = order[index]!
    if (row[shorter] < row[longer]) return []
    const places = { shorter: placeOf(shorter), longer: placeOf(longer) }
    // Of two settings the one that is said of the operation alone is to blame.
    const isLonger = places.longer !== null && places.longer.length > (places.shorter?.length ?? 0)
    const at = (isLonger ? places.longer : places.shorter) ?? places.longer!
    const expected = isLonger
      ? `expected more than ${shorter}, which is ${row[shorter]}`
      : `expected less than ${longer}, which is ${row[longer]}`
    return [{ at, expected: `${expected}: upstream < gateway < client` }]
  })
}

/** One setting may break the order of several operations. */
function uniquePlaces(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((problem) => [problem.at.join('.'), problem])).values()]
}

const secondsOf = ({ upstreamMs, gatewayMs, clientMs }: Deadlines): Required<DeadlineRow> => ({
  upstream_s: upstreamMs / SECOND_MS,
  gateway_s: gatewayMs / SECOND_MS,
  client_s: clientMs / SECOND_MS,
})

const deadlinesOf = ({ upstream_s, gateway_s, client_s }: Required<DeadlineRow>): Deadlines => ({
  upstreamMs: upstream_s * SECOND_MS,
  gatewayMs: gateway_s * SECOND_MS,
  clientMs: client_s * SECOND_MS,
})
