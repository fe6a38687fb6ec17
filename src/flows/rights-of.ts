import type { DarkroomExtension } from '../contract/image-request.ts'
import type { KeptInput } from './keep-inputs.ts'

/** What is needed to say whose a picture is. */
export interface RightsFacts {
  request: { extension: DarkroomExtension }
  /** One note for every input, from a header. */
  rights: string | null
  inputs: readonly Pick<KeptInput, 'picture'>[]
}

/**
 * What the caller said of where an input comes from and what may be done with it: one note for all, or one for each image. A list says
 * nothing of a mask.
 */
export function rightsOf({ request, rights, inputs }: RightsFacts, place: number): string | null {
  if (rights !== null) return rights
  const said = request.extension['rights']
  if (typeof said === 'string') return said
  if (Array.isArray(said)) {
    const images = inputs.map((input, at) => ({ at, role: input.picture.role })).filter(({ role }) => role === 'image')
    const note = said[images.findIndex(({ at }) => at === place)]
    return typeof note === 'string' ? note : null
  }
  if (typeof said !== 'object' || said === null) return null
  return Object.entries(said)
    .map(([name, note]) => `${name}: ${note}`)
    .join('; ')
}
