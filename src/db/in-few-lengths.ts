/**
 * Values for an `in (…)` whose number differs from call to call, the last one repeated up to a power of two: each number of values is a statement of
 * its own to the engine, prepared on every connection, and there is room for some hundred.
 * @throws RangeError for no values, which SQL cannot say
 */
export function inFewLengths<Value>(values: readonly Value[]): Value[] {
  if (values.length === 0) throw new RangeError('a list of no values cannot be asked for')
  const length = 2 ** Math.ceil(Math.log2(values.length))
  return Array.from({ length }, (_, index) => values[Math.min(index, values.length - 1)]!)
}
