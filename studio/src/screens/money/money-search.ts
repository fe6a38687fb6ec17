/** How many days are looked at. */
export const spans = [7, 30, 90] as const

/** What spending is told apart by, within a bill. */
export const groups = ['model', 'quality', 'route', 'project', 'key', 'tag'] as const

/** One of `groups`. */
export type MoneyGroup = (typeof groups)[number]

/** What is looked at; it stands in the address, so that it can be sent to somebody. */
export interface MoneySearch {
  days?: (typeof spans)[number]
  group?: MoneyGroup
}
