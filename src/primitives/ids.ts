import { randomBytes } from 'node:crypto'

/** What an id names; the prefix makes an id readable in a log and refuses a mix-up at the edge. */
export type IdKind =
  | 'gen'
  | 'att'
  | 'img'
  | 'key'
  | 'prj'
  | 'led'
  | 'req'
  | 'boot'
  | 'file'
  | 'inp'
  | 'evd'
  | 'bud'
  | 'gate'
  | 'grant'
  | 'atc'
  | 'sec'
  | 'evt'
  | 'whk'
  | 'msg'
  | 'set'
  | 'bat'
  | 'hold'
  | 'prm'
  | 'hnd'
  | 'rev'
  | 'dec'
  | 'pub'
  | 'roll'

/** Ids as an argument, so that tests can be deterministic. */
export type IdSource = (kind: IdKind) => string

/**
 * Makes `kind_` + 48 bits of time + 128 bits of chance, in hexadecimal.
 * The time prefix keeps rows in order of creation; the chance keeps ids unguessable.
 */
export const newId: IdSource = (kind) => {
  const time = Date.now().toString(16).padStart(12, '0')
  return `${kind}_${time}${randomBytes(16).toString('hex')}`
}

/** True when the text has the form of an id of this kind; checked before any lookup or path is built from it. */
export function isId(kind: IdKind, text: string): boolean {
  return new RegExp(`^${kind}_[0-9a-f]{44}$`).test(text)
}
