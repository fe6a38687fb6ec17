/** What a parameter of a statement may be, on every engine. */
export type BoundValue = string | number | bigint | Uint8Array | null

/**
 * A parameter, checked: what one engine takes, every engine takes.
 * @throws RangeError for a number that would not be stored exactly, TypeError for what has no place in a column.
 */
export function boundValue(value: unknown): BoundValue {
  if (typeof value === 'number' && !Number.isSafeInteger(value) && (Number.isInteger(value) || !Number.isFinite(value)))
    throw new RangeError(`cannot store the number ${value} exactly; pass a bigint`)
  if (value === undefined || typeof value === 'boolean') throw new TypeError(`cannot store ${value}; pass null, 0 or 1`)
  return value as BoundValue
}

/** Columns that arrive as bigint: amounts of money. */
export const isMoney = (column: string) => column === 'nanos' || column.endsWith('_nanos')

/**
 * A whole number of a column that holds no money.
 * @throws RangeError when it is beyond what a number holds exactly.
 */
export function wholeNumber(column: string, value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`column ${column} holds ${value}, which is too large for a number`)
  return number
}
