import type { PixelSize } from '../contract/image-request.ts'
import type { PreparedInput } from './prepare-inputs.ts'

/** Pixels of the pictures that are drawn from, and of those that say where to draw: the two are counted apart. */
export function inputSizes({ inputs }: { inputs: readonly Pick<PreparedInput, 'picture'>[] }): {
  inputImages: PixelSize[]
  maskImages: PixelSize[]
} {
  const sizes = (guides: boolean) =>
    inputs
      .map(({ picture }) => picture)
      .filter(({ role }) => (role !== 'image') === guides)
      .map(({ width, height }) => ({ width, height }))
  return { inputImages: sizes(false), maskImages: sizes(true) }
}
