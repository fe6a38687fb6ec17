import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** A file of the built studio, in each form that it was built in. */
export interface StudioFile {
  type: string
  body: Buffer
  /** The same, compressed ahead; null where that saved nothing. */
  br: Buffer | null
  gzip: Buffer | null
  etag: string
}

/** Files by address: `/index.html`, `/assets/main-abc.js`. */
export type StudioTree = ReadonlyMap<string, StudioFile>

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
  csv: 'text/csv; charset=utf-8',
}

/**
 * The built studio, read whole when somebody first asks for it: a page and the scripts that it names always belong together, and no address is ever
 * made a path of.
 */
export class StudioFiles {
  readonly #folder: string | null
  #tree: Promise<StudioTree | null> | null = null

  /** @param folder null where no studio is served */
  constructor(folder: string | null) {
    this.#folder = folder
  }

  /** Null where the studio was not built. */
  async tree(): Promise<StudioTree | null> {
    this.#tree ??= readTree(this.#folder)
    const tree = await this.#tree
    // It may be built while the gateway runs.
    if (tree === null) this.#tree = null
    return tree
  }
}

async function readTree(folder: string | null): Promise<StudioTree | null> {
  if (folder === null) return null
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const bodies = new Map(await Promise.all(paths.map(async (path) => [addressOf(folder, path), await readFile(path)] as const)))
  const files = [...bodies].flatMap(([address, body]) => {
    const type = types[address.split('.').at(-1)!]
    if (type === undefined) return []
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
    return [[address, { type, body, br: bodies.get(`${address}.br`) ?? null, gzip: bodies.get(`${address}.gz`) ?? null, etag }] as const]
  })
  const tree = new Map(files)
  return tree.has('/index.html') ? tree : null
}

function addressOf(folder: string, path: string): string {
  return `/${relative(folder, path).split(sep).join('/')}`
}
