import { invalidRequest, type Refusal } from '../refusal.ts'
import type { Face } from './face.ts'
import { findFace, listedFaces } from './find-face.ts'

/** Where a call goes: the face it asked for, and the path below it. */
export interface FacePath {
  face: Face | null
  path: string
}

/** Only the API is served under faces, not the sandbox's own calls. Any other path stays whole, and no endpoint is there. */
export function splitFacePath(path: string): FacePath {
  const [, name = '', below = ''] = /^\/faces\/([^/]+)(\/(?:v1|v2|results)\/.*)$/.exec(path) ?? []
  const face = findFace(name)
  return face ? { face, path: below } : { face: null, path }
}

/** What stands before the paths of a face. */
export function facePrefix(face: Face | null): string {
  return face === null ? '' : `/faces/${face.name}`
}

/** The refusal of a path that names a face there is not; undefined for other paths. */
export function unknownFace(path: string): Refusal | undefined {
  const match = /^\/faces(?:\/([^/]*)|$)/.exec(path)
  const name = match?.[1] ?? ''
  if (!match || findFace(name)) return undefined
  const names = listedFaces().map((face) => face.name)
  const message = `The sandbox has no face '${name.slice(0, 100)}'. It has: ${names.join(', ')}.`
  return invalidRequest(message, 'sandbox_unknown_face', { status: 404 })
}
