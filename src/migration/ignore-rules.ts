/** Folders that hold other people's code, history or build results. */
const ignoredFolders = new Set(
  '.git .hg .svn node_modules bower_components vendor dist build out target coverage .next .nuxt .svelte-kit .turbo .cache .parcel-cache __pycache__ .venv venv site-packages .tox .mypy_cache .pytest_cache .ruff_cache .idea .gradle Pods'.split(
    ' ',
  ),
)

/** A line of a `.gitignore`, in the simple forms: names, paths and `*`. */
interface IgnoreRule {
  pattern: RegExp
  foldersOnly: boolean
  keeps: boolean
}

/** Rules of one `.gitignore`, for paths below its folder. */
export type IgnoreRules = readonly IgnoreRule[]

/** Reads a `.gitignore`. Comments, negation, anchors, `*`, `**` and `?` are understood; brackets are not. */
export function readIgnoreRules(text: string): IgnoreRules {
  return text.split('\n').flatMap((raw) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line.length > 500) return []
    const keeps = line.startsWith('!')
    const body = line.replace(/^!/, '').replace(/\/$/, '')
    const anchored = body.includes('/')
    const source = body
      .replace(/^\//, '')
      .split(/(\*\*\/?|\*|\?)/)
      .map(wildcard)
      .join('')
    return [{ pattern: new RegExp(`${anchored ? '^' : '(?:^|/)'}${source}$`), foldersOnly: /\/$/.test(line), keeps }]
  })
}

function wildcard(part: string): string {
  if (part === '**/') return '(?:[^/]+/)*'
  if (part === '**') return '.*'
  if (part === '*') return '[^/]*'
  return part === '?' ? '[^/]' : part.replace(/[.+^${}()|[\]\\]/g, '\\$&')
}

/**
 * Whether a file or folder is passed over. Environment files are looked at although projects ignore them: they say where calls go.
 * @param scopes rules with the folder they hold for, outermost first; the last rule that fits decides.
 */
export function isIgnored(
  path: string,
  name: string,
  isFolder: boolean,
  scopes: readonly { folder: string; rules: IgnoreRules }[],
): boolean {
  if (isFolder && ignoredFolders.has(name)) return true
  if (!isFolder && (name.startsWith('.env') || /\.(?:har|log|jsonl|ndjson)$/.test(name))) return false
  let ignored = false
  for (const { folder, rules } of scopes) {
    const below = folder === '' ? path : path.slice(folder.length + 1)
    for (const { pattern, foldersOnly, keeps } of rules) if ((isFolder || !foldersOnly) && pattern.test(below)) ignored = !keeps
  }
  return ignored
}
