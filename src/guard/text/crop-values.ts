import type { Box } from '../drift-measurement.ts'
import type { Size } from '../working-picture.ts'

/** The values of a box. */
export function cut<Values extends Uint8Array | Float32Array>(values: Values, { width }: Size, box: Box): Values {
  const part = new (values.constructor as new (length: number) => Values)(box.width * box.height)
  for (let y = 0; y < box.height; y++) {
    const start = (box.y + y) * width + box.x
    part.set(values.subarray(start, start + box.width), y * box.width)
  }
  return part
}

/** Correlation of two rows of values, -1 to 1; 0 where either does not vary. */
export function correlationOf(one: Float32Array, other: Float32Array): number {
  const mean = (of: Float32Array) => of.reduce((sum, value) => sum + value, 0) / of.length
  const [meanOne, meanOther] = [mean(one), mean(other)]
  let [both, first, second] = [0, 0, 0]
  for (let at = 0; at < one.length; at++) {
    const [a, b] = [one[at]! - meanOne, other[at]! - meanOther]
    both += a * b
    first += a * a
    second += b * b
  }
  return first === 0 || second === 0 ? 0 : both / Math.sqrt(first * second)
}
