import { addressFields, clientConstructors } from './call-signatures.ts'
import { expressionAt } from './expressions.ts'
import type { SourceFile } from './source-file.ts'
import { closingAfter } from './spans.ts'

/** Something that calls are made with, and what its constructor was told. */
export interface ClientBinding {
  /** Last part of the name it is kept under; null for one that is used where it is made. */
  name: string | null
  /** The constructor, e.g. `OpenAI`, `AzureOpenAI`, `axios`. */
  constructs: string
  /** Where the constructor's call begins and ends. */
  start: number
  end: number
  /** The expression of its address; null when it was given none. */
  address: string | null
  /** The expression of its retries; null when it was given none. */
  retries: string | null
}

/** A name that another file gives. */
export interface ImportBinding {
  local: string
  /** `default`, or the exported name. */
  exported: string
  specifier: string
}

/** What names of one file stand for. */
export interface Bindings {
  constants: ReadonlyMap<string, string>
  clients: readonly ClientBinding[]
  imports: readonly ImportBinding[]
}

/** Reads constants, clients and imports of a file. Assignments later in the file win over earlier ones. */
export function readBindings(file: SourceFile): Bindings {
  const reads = { javascript: true, python: true } as Partial<Record<string, boolean>>
  const clients = readClients(file)
  if (!reads[file.language]) return { constants: readAssignments(file), clients, imports: [] }
  return { constants: readAssignments(file), clients, imports: readImports(file) }
}

const assignment = {
  javascript:
    /\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*(?::[^=;\n]+)?=\s*|\b(?:static\s+|readonly\s+|private\s+)+([A-Za-z_$][\w$]*)\s*(?::[^=;\n]+)?=\s*/g,
  python: /^[ \t]*(?:self\.|cls\.)?([A-Za-z_]\w*)\s*(?::[^=\n]+)?=(?!=)\s*/gm,
  shell: /^[ \t]*(?:export\s+|readonly\s+|local\s+)*([A-Za-z_]\w*)=/gm,
  http: /^@([A-Za-z_]\w*)\s*=\s*/gm,
} as const

function readAssignments(file: SourceFile): Map<string, string> {
  const found = new Map<string, string>()
  if (!Object.hasOwn(assignment, file.language)) return found
  const pattern = assignment[file.language as keyof typeof assignment]
  for (const match of file.code.matchAll(pattern)) {
    const name = match[1] ?? match[2]!
    const at = match.index + match[0].length
    found.set(name, file.language === 'shell' || file.language === 'http' ? shellValue(file.text, at) : expressionAt(file, at))
  }
  return found
}

/** A shell value as the quoted text that expressions are read from; `${X:-default}` keeps its default. */
function shellValue(text: string, at: number): string {
  const raw = /^[^\n]*/.exec(text.slice(at, at + 600))![0].trim()
  const bare = /^"([^"]*)"|^'([^']*)'|^(\S*)/.exec(raw)!
  const value = (bare[1] ?? bare[2] ?? bare[3]!).replace(/\$\{\w+:?-([^}]*)\}/g, '$1')
  return JSON.stringify(value)
}

function readClients(file: SourceFile): ClientBinding[] {
  if (file.language !== 'javascript' && file.language !== 'python') return []
  const clients = [...file.bones.matchAll(clientConstructors)].map((match) => {
    const open = match.index + match[0].length - 1
    const end = closingAfter(file.bones, open) ?? match.index + match[0].length
    return {
      name: nameBefore(file, match.index) ?? nameBehind(file, end),
      constructs: match[0].replace(/\bnew\b|openai\s*\.\s*(?=\w*OpenAI)|[\s(]/g, ''),
      start: match.index,
      end,
      address: fieldExpression(file, open + 1, end - 1, addressFields),
      retries: fieldExpression(file, open + 1, end - 1, ['maxRetries', 'max_retries']),
    }
  })
  return [...clients, ...readModuleAddress(file)]
}

/** `openai.api_base = …`, `openai.base_url = …`: the module itself is the client. */
function readModuleAddress(file: SourceFile): ClientBinding[] {
  return [...file.code.matchAll(/^[ \t]*openai\.(?:api_base|base_url)\s*=\s*/gm)].map((match) => {
    const start = match.index + match[0].length
    const address = expressionAt(file, start)
    return { name: 'openai', constructs: 'openai', start: match.index, end: start + address.length, address, retries: null }
  })
}

/** The name a client is kept under: what it is assigned to, or the function that returns it. */
function nameBefore(file: SourceFile, at: number): string | null {
  const before = file.bones.slice(Math.max(0, at - 300), at)
  const assigned = /([A-Za-z_$][\w$]*)\s*[?!]?\s*(?::[^=;\n]+)?(?:\?\?|\|\|)?=\s*(?:[\w.$]+\s*(?:\?\?|\|\|)\s*)?(?:await\s+)?$/.exec(before)
  if (assigned) return assigned[1]!
  if (!/(?:\breturn\s+|=>\s*\(?\s*)$/.test(before)) return null
  const heads = [...file.bones.slice(Math.max(0, at - 2000), at).matchAll(/\b(?:function|def|const)\s+([A-Za-z_$][\w$]*)\s*[=(]/g)]
  return heads.at(-1)?.[1] ?? null
}

/** Python's `with httpx.Client(…) as session`. */
function nameBehind(file: SourceFile, end: number): string | null {
  return /^\s+as\s+([A-Za-z_]\w*)/.exec(file.bones.slice(end, end + 80))?.[1] ?? null
}

/** The expression given to one of some fields between two offsets; a shorthand property is its own name. */
export function fieldExpression(file: SourceFile, start: number, end: number, names: readonly string[]): string | null {
  const inside = file.code.slice(start, end)
  for (const name of names) {
    const given = new RegExp(`(?:^|[\\s,{(])["']?${name}["']?\\s*(?::|=(?!=))\\s*`).exec(inside)
    if (given) return expressionAt(file, start + given.index + given[0].length)
    if (new RegExp(`[{,]\\s*${name}\\s*(?=[,}])`).test(inside)) return name
  }
  return null
}

const importForms = {
  javascript:
    /\bimport\s+(?:type\s+)?([^'"`;]+?)\s+from\s*["']([^"']+)["']|\b(?:const|let|var)\s+(\{[^}]*\}|[\w$]+)\s*=\s*(?:await\s+import|require)\s*\(\s*["']([^"']+)["']\s*\)/g,
  python: /^[ \t]*from\s+([\w.]+)\s+import\s+\(?([^\n)#]+)|^[ \t]*import\s+([\w.]+)(?:\s+as\s+(\w+))?/gm,
} as const

function readImports(file: SourceFile): ImportBinding[] {
  if (file.language === 'python') return [...file.code.matchAll(importForms.python)].flatMap(pythonImport)
  return [...file.code.matchAll(importForms.javascript)].flatMap((match) => javaScriptImport(match[1] ?? match[3]!, match[2] ?? match[4]!))
}

function pythonImport(match: RegExpExecArray): ImportBinding[] {
  if (match[3] !== undefined) return [{ local: match[4] ?? match[3].split('.').at(-1)!, exported: 'default', specifier: match[3] }]
  return match[2]!.split(',').flatMap((part) => named(part, match[1]!))
}

function javaScriptImport(clause: string, specifier: string): ImportBinding[] {
  const braces = /\{([^}]*)\}/.exec(clause)
  const outside = clause.replace(/\{[^}]*\}/, '').replace(/\*\s*as\s+/, '')
  const whole = outside.split(',').flatMap((part) => {
    const local = part.trim()
    return /^[\w$]+$/.test(local) ? [{ local, exported: 'default', specifier }] : []
  })
  return [...whole, ...(braces?.[1] ?? '').split(',').flatMap((part) => named(part, specifier))]
}

function named(part: string, specifier: string): ImportBinding[] {
  const match = /^\s*(?:type\s+)?([\w$]+)(?:\s*(?:\bas\b|:)\s*([\w$]+))?\s*$/.exec(part)
  return match ? [{ local: match[2] ?? match[1]!, exported: match[1]!, specifier }] : []
}
