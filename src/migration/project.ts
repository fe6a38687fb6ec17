import { dirname, posix } from 'node:path'
import { type Bindings, type ClientBinding, type ImportBinding, readBindings } from './bindings.ts'
import type { Names } from './expressions.ts'
import type { SourceFile } from './source-file.ts'

/** A value that a configuration file or a shell script gives to a name. */
export interface ConfiguredValue {
  name: string
  value: string
  file: SourceFile
  /** Offset of the value in its file. */
  at: number
}

/** The client behind a name, and how sure that is. */
export interface FoundClient {
  client: ClientBinding
  file: SourceFile
  /** False for the only client of the project, taken because nothing closer was found. */
  certain: boolean
}

const configuredPattern =
  /^[ \t]*(?:-\s+|export\s+|ENV\s+|set\s+)?["']?([A-Z][A-Z0-9_]{2,})["']?\s*(?:[=:]\s*|\s+)["']?(https?:\/\/[^\s"'#,]+|(?:gpt-image|dall-e|chatgpt-image)[\w.-]*)/gm

/** The files that matter together, so that a client, a constant or a setting of one file is found from another. */
export class Project {
  readonly files: readonly SourceFile[]
  readonly configured: readonly ConfiguredValue[]
  readonly #byPath: ReadonlyMap<string, SourceFile>
  readonly #bindings = new Map<SourceFile, Bindings>()
  readonly #clients: readonly { file: SourceFile; client: ClientBinding }[]

  constructor(files: readonly SourceFile[]) {
    this.files = files
    this.#byPath = new Map(files.map((file) => [file.path, file]))
    this.configured = files.filter(({ kind }) => kind === 'config' || kind === 'shell').flatMap(readConfigured)
    this.#clients = files.flatMap((file) =>
      this.bindingsOf(file)
        .clients.filter(isForPictures)
        .map((client) => ({ file, client })),
    )
  }

  bindingsOf(file: SourceFile): Bindings {
    const known = this.#bindings.get(file)
    if (known) return known
    const bindings = readBindings(file)
    this.#bindings.set(file, bindings)
    return bindings
  }

  /** Names as a file sees them. */
  namesOf(file: SourceFile): Names {
    return {
      constant: (name) => this.#constant(file, name),
      environment: (name) => this.environment(name, file),
    }
  }

  /** What configuration gives a variable: the value whose folder is nearest to the file, the first by path among equals. */
  environment(name: string, seenFrom: SourceFile): { value: string; place: string } | null {
    const near = this.configured
      .filter((value) => value.name === name && value.file !== seenFrom)
      .map((value) => ({ value, distance: distance(value.file.path, seenFrom.path) }))
      .sort((a, b) => a.distance - b.distance)[0]?.value
    return near ? { value: near.value, place: `${near.file.path}:${near.file.lineOf(near.at)}` } : null
  }

  /** The client that a name stands for in a file. Null when nothing is known about it. */
  clientOf(file: SourceFile, name: string | null, at: number): FoundClient | null {
    const own = this.bindingsOf(file).clients
    const named = own.filter((client) => client.name !== null && client.name === name)
    const here = named.findLast((client) => client.start < at) ?? named[0]
    if (here) return { client: here, file, certain: true }
    const made = name === null ? undefined : own.find((client) => isMadeIn(file, name, client))
    if (made) return { client: made, file, certain: true }
    const imported = name === null ? undefined : this.bindingsOf(file).imports.find(({ local }) => local === name)
    const elsewhere = imported && this.#exported(file, imported)
    if (elsewhere) return elsewhere
    const only = this.#clients.length === 1 ? this.#clients[0] : undefined
    return only && !isPackage(imported) ? { ...only, certain: false } : null
  }

  #exported(from: SourceFile, imported: ImportBinding): FoundClient | null {
    const file = this.#resolve(from, imported.specifier)
    if (!file) return null
    const { clients } = this.bindingsOf(file)
    const client = clients.find(({ name }) => name === imported.exported) ?? (clients.length === 1 ? clients[0] : undefined)
    return client ? { client, file, certain: true } : null
  }

  #constant(file: SourceFile, name: string): string | null {
    const own = this.bindingsOf(file).constants.get(name)
    if (own !== undefined) return own
    const imported = this.bindingsOf(file).imports.find(({ local }) => local === name)
    const other = imported && this.#resolve(file, imported.specifier)
    return other ? (this.bindingsOf(other).constants.get(imported.exported) ?? null) : null
  }

  /** The scanned file that an import names; packages and aliases that no scanned path ends in give undefined. */
  #resolve(from: SourceFile, specifier: string): SourceFile | undefined {
    if (from.language === 'python') return this.#resolvePython(from, specifier)
    const stem = specifier.startsWith('.') ? posix.join(dirname(from.path), specifier) : specifier.replace(/^[@~]\//, '')
    const isLocal = /^[.@~]\/?/.test(specifier)
    const bare = stem.replace(/\.[cm]?[jt]sx?$/, '')
    const endings = ['.ts', '.tsx', '.js', '.jsx', '.mts', '.mjs', '.cjs', '/index.ts', '/index.js']
    const exact = endings.map((ending) => this.#byPath.get(bare + ending)).find((file) => file !== undefined)
    if (exact || !isLocal) return exact
    return this.files.find(({ path }) => endings.some((ending) => path.endsWith(`/${bare}${ending}`)))
  }

  #resolvePython(from: SourceFile, specifier: string): SourceFile | undefined {
    const dots = /^\.*/.exec(specifier)![0].length
    const tail = specifier.slice(dots).replaceAll('.', '/')
    const folder = '../'.repeat(Math.max(0, dots - 1))
    const beside = posix.join(dirname(from.path), folder, tail)
    const candidates = [`${beside}.py`, `${beside}/__init__.py`, `${tail}.py`, `${tail}/__init__.py`]
    const exact = candidates.map((path) => this.#byPath.get(path)).find((file) => file !== undefined)
    return exact ?? (tail.includes('/') ? this.files.find(({ path }) => path.endsWith(`/${tail}.py`)) : undefined)
  }
}

function readConfigured(file: SourceFile): ConfiguredValue[] {
  return [...file.code.matchAll(configuredPattern)].map((match) => ({
    name: match[1]!,
    value: match[2]!,
    file,
    at: match.index + match[0].length - match[2]!.length,
  }))
}

/** A function that makes its client when it is first asked for one stays this short. */
const MAKER_LENGTH = 600

/** True when a client is made in the function of a name, which hands it out later. */
function isMadeIn({ bones }: SourceFile, name: string, { start }: ClientBinding): boolean {
  const head = new RegExp(`\\b(?:function|def|const)\\s+${name.replace(/\$/g, '\\$')}\\s*(?:=|\\()`)
  return head.test(bones.slice(Math.max(0, start - MAKER_LENGTH), start))
}

/** The clients of HTTP libraries and of other services would make a poor guess. */
const isForPictures = ({ constructs }: ClientBinding) => /openai|azure/i.test(constructs)

const isPackage = (imported: ImportBinding | undefined) => imported !== undefined && /^[a-z@][^./]*(?:\/|$)/i.test(imported.specifier)

/** Steps from one file's folder up to the common one; a folder above is nearer than one beside. */
function distance(config: string, source: string): number {
  const [above, below] = [dirname(config).split('/'), dirname(source).split('/')]
  const isAbove = dirname(config) === '.' || below.slice(0, above.length).join('/') === above.join('/')
  return isAbove ? below.length - above.length : below.length + above.length
}
