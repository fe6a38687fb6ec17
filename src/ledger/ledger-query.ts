import { failure } from '../contract/failure.ts'

/** What a report can be grouped by, beside owner and book, which it always is. */
export type LedgerGroup = 'day' | 'model' | 'route' | 'project' | 'key' | 'tag'

/** The column behind each group. */
export const groupColumn = {
  day: 'day',
  model: 'model',
  route: 'route_id',
  project: 'project_id',
  key: 'key_id',
  tag: 'project_tag',
} as const satisfies Record<LedgerGroup, string>

/** Which part of the ledger is asked for. */
export interface LedgerRange {
  /** First millisecond, inclusive. @default the beginning */
  fromMs?: number | undefined
  /** End, exclusive. @default no end */
  toMs?: number | undefined
  /** Only this project; null or absent for all, which is the admin's view. */
  projectId?: string | null | undefined
  /** `next_cursor` of the page before. */
  cursor?: string | null | undefined
  /** Rows a page. @default 100 */
  limit?: number | undefined
}

const LARGEST_PAGE = 1_000
const DEFAULT_PAGE = 100

/**
 * Reads the `group` parameter, e.g. `owner,day`. `owner` may be named and is always there; order does not matter.
 * @throws `Failure('invalid_value')` naming what can be grouped by.
 */
export function parseLedgerGroups(text: string | undefined): LedgerGroup[] {
  const asked = (text ?? '').split(',').filter((word) => word !== '' && word !== 'owner')
  const unknown = asked.find((word) => !Object.hasOwn(groupColumn, word))
  if (unknown !== undefined)
    throw failure('invalid_value', {
      param: 'group',
      message: `Invalid value: '${unknown.slice(0, 40)}'. The ledger groups by owner, ${Object.keys(groupColumn).join(', ')}. Nothing was charged.`,
    })
  return (Object.keys(groupColumn) as LedgerGroup[]).filter((group) => asked.includes(group))
}

/** The size of a page, bounded. @throws `Failure('invalid_value')` */
export function pageSize(limit: number | undefined): number {
  if (limit === undefined) return DEFAULT_PAGE
  if (Number.isInteger(limit) && limit >= 1 && limit <= LARGEST_PAGE) return limit
  throw failure('invalid_value', {
    param: 'limit',
    message: `A page holds 1 to ${LARGEST_PAGE} rows. Nothing was charged; ask for another size.`,
  })
}
