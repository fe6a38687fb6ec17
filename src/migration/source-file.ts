import { basename } from 'node:path'
import type { Place, SourceKind } from './call-site.ts'
import { type MaskedText, maskComments } from './mask-comments.ts'

const kindsByEnding: Readonly<Record<string, SourceKind>> = {
  ...kinds('javascript', 'ts tsx mts cts js jsx mjs cjs vue svelte astro'),
  ...kinds('python', 'py pyw'),
  ...kinds('shell', 'sh bash zsh fish bat ps1'),
  ...kinds('http', 'http rest'),
  ...kinds('config', 'json jsonc json5 yaml yml toml env ini cfg conf properties tf'),
  ...kinds('other', 'go rb php java kt cs rs swift ex exs dart lua scala'),
  ipynb: 'notebook',
  har: 'har',
  ...kinds('log', 'log jsonl ndjson'),
}

function kinds(kind: SourceKind, endings: string): Record<string, SourceKind> {
  return Object.fromEntries(endings.split(' ').map((ending) => [ending, kind]))
}

/** Files that machines write: large, and without a call of their own. */
const generated = /^(?:package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|composer\.lock|.*\.min\.(?:js|css)|.*\.map)$/

/** How a file is read by its name; null for one that is not read. */
export function kindOf(path: string): SourceKind | null {
  const name = basename(path)
  if (generated.test(name)) return null
  if (/^\.env(?:\.|$)|^Dockerfile(?:\.|$)|^\.(?:ba|z)shrc$|^Procfile$/.test(name)) return 'config'
  if (name === 'Makefile' || name === 'justfile') return 'shell'
  if (/\.log(?:\.\d+)?$|^access[._-]log/.test(name)) return 'log'
  const ending = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : ''
  return Object.hasOwn(kindsByEnding, ending) ? kindsByEnding[ending]! : null
}

/** Where a cell of a notebook begins in the joined text. */
export interface CellStart {
  offset: number
  cell: number
}

/** A text to look through, with what tells comments and strings from code. */
export class SourceFile {
  readonly path: string
  readonly kind: SourceKind
  readonly text: string
  readonly #cells: readonly CellStart[]
  #masked: MaskedText | undefined
  #lineStarts: number[] | undefined

  /** @param path relative to the scanned folder, with `/`. @param cells where the cells of a notebook begin; empty elsewhere. */
  constructor(path: string, kind: SourceKind, text: string, cells: readonly CellStart[] = []) {
    this.path = path
    this.kind = kind
    this.text = text
    this.#cells = cells
  }

  /** The language rules that hold: a notebook is read as Python. */
  get language(): SourceKind {
    return this.kind === 'notebook' ? 'python' : this.kind
  }

  /** The text with comments blanked. Offsets are those of the text. */
  get code(): string {
    this.#masked ??= maskComments(this.text, this.language)
    return this.#masked.code
  }

  /** The text with comments and the insides of strings blanked. Offsets are those of the text. */
  get bones(): string {
    this.#masked ??= maskComments(this.text, this.language)
    return this.#masked.bones
  }

  placeOf(offset: number): Place {
    const line = this.#lineOf(offset)
    const cell = this.#cells.findLast((start) => start.offset <= offset)
    return cell === undefined ? { line, cell: null } : { line: line - this.#lineOf(cell.offset) + 1, cell: cell.cell }
  }

  /** 1-based line of an offset in the whole text. */
  lineOf(offset: number): number {
    return this.placeOf(offset).line
  }

  #lineOf(offset: number): number {
    const starts = this.#starts()
    let [low, high] = [0, starts.length]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle
    }
    return low + 1
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      this.#lineStarts = [0]
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1)
    }
    return this.#lineStarts
  }
}
