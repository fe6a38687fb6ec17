const SHA256 = /^[0-9a-f]{64}$/
const EXTENSION = /^[a-z0-9]{1,8}$/
const OBJECT_PATH = /^([0-9a-f]{2})\/([0-9a-f]{2})\/([0-9a-f]{64})\.[a-z0-9]{1,8}$/

/**
 * The path of an object in every store: `ab/cd/abcd….png`. Two levels keep folders small with millions of objects.
 * @throws RangeError when hash or extension hold anything else than they may, so that no path can be made to leave the store.
 */
export function objectPath(sha256: string, extension: string): string {
  if (!SHA256.test(sha256)) throw new RangeError(`expected a SHA-256 in lower-case hexadecimal, found ${JSON.stringify(sha256)}`)
  if (!EXTENSION.test(extension)) throw new RangeError(`expected a plain file extension, found ${JSON.stringify(extension)}`)
  return `${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}.${extension}`
}

/**
 * Lets only paths through that `objectPath` makes.
 * @throws RangeError for every other text.
 */
export function checkedObjectPath(path: string): string {
  const match = OBJECT_PATH.exec(path)
  if (!match?.[3]?.startsWith(`${match[1]}${match[2]}`)) throw new RangeError(`no object can have the path ${JSON.stringify(path)}`)
  return path
}

/**
 * The hash and the ending that a path was made of.
 * @throws RangeError for a path no object can have.
 */
export function namedBy(path: string): { sha256: string; extension: string } {
  const [sha256, extension] = checkedObjectPath(path).slice('ab/cd/'.length).split('.')
  return { sha256: sha256!, extension: extension! }
}
