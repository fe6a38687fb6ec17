import { readdir } from 'node:fs/promises'
import { objectPath } from './object-path.ts'

const OBJECT_FILE = /^([0-9a-f]{64})\.([a-z0-9]{1,8})$/

/** Paths of the objects whose names files in a flat folder bear. */
export async function objectsNamedIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).flatMap((name) => {
    const [, sha256, extension] = OBJECT_FILE.exec(name) ?? []
    return sha256 && extension ? [objectPath(sha256, extension)] : []
  })
}
