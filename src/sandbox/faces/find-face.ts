import type { Face } from './face.ts'
import { faceTable, slowSwapRow } from './face-table.ts'

/** The face of this name; undefined when there is none. */
export function findFace(name: string): Face | undefined {
  return faceTable.find((face) => face.name === name) ?? slowSwap(name)
}

/** A number is written in one way only: each name is counted by itself. */
function slowSwap(name: string): Face | undefined {
  const count = /^slow-swap-(0|[1-9]\d{0,5})$/.exec(name)?.[1]
  if (count === undefined) return undefined
  const { plays, script, model } = slowSwapRow
  return { name, plays: plays.replace('N', count), script, swap: { afterCalls: Number(count), model } }
}

/** One face, for people who look for one. */
export interface ListedFace {
  /** `N` stands for a number. */
  name: string
  plays: string
}

/** Every face there is. */
export function listedFaces(): ListedFace[] {
  return [...faceTable, slowSwapRow].map(({ name, plays }) => ({ name, plays }))
}
