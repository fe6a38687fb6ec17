/** A picture in the history of an edit: the one that it began with, or what a change made of another one. */
export interface TreePicture {
  /** `img_…`, or `file_…` of a picture that was brought. */
  id: string
  /** What it was made of; null = it began with this one. */
  parentId: string | null
  generationId: string | null
  /** ISO 8601; null for the one that was brought. */
  at: string | null
  /** What was asked for, as far as this page knows it: prompts are kept sealed and do not come back. */
  prompt: string | null
  isStrict: boolean
  width: number | null
  height: number | null
}

/** A picture with where it stands among the others. */
export interface TreeRow {
  picture: TreePicture
  /** How far from the root. */
  depth: number
  /** Numbered as they were made, the root = 0. */
  number: number
  children: TreeRow[]
}

/** Labels that an edit carries, by which its history is found again. */
export const labelNames = { tree: 'edit_tree', parent: 'edit_parent', strict: 'edit_strict' } as const

/** Adds pictures; of one that is known the prompt stays. */
export function growTree(known: readonly TreePicture[], found: readonly TreePicture[]): TreePicture[] {
  const byId = new Map(known.map((picture) => [picture.id, picture]))
  for (const picture of found) {
    const before = byId.get(picture.id)
    byId.set(picture.id, { ...picture, prompt: picture.prompt ?? before?.prompt ?? null })
  }
  return [...byId.values()]
}

/** The pictures in the order of a tree. What a deleted picture was the parent of hangs where that one would have hung: at the top. */
export function rowsOf(pictures: readonly TreePicture[]): TreeRow[] {
  const inOrder = pictures.toSorted((one, other) => (one.at ?? '').localeCompare(other.at ?? '') || one.id.localeCompare(other.id))
  const rows = new Map<string, TreeRow>(inOrder.map((picture, number) => [picture.id, { picture, depth: 0, number, children: [] }]))
  const roots: TreeRow[] = []
  for (const row of rows.values()) {
    const parent = row.picture.parentId === null ? undefined : rows.get(row.picture.parentId)
    if (parent === undefined || isAbove(row, parent, rows)) roots.push(row)
    else parent.children.push(row)
  }
  const deepen = (row: TreeRow, depth: number) => {
    row.depth = depth
    for (const child of row.children) deepen(child, depth + 1)
  }
  for (const root of roots) deepen(root, 0)
  return roots
}

/** Labels can say anything: a circle must not hang the page. */
function isAbove(row: TreeRow, parent: TreeRow, rows: ReadonlyMap<string, TreeRow>): boolean {
  const seen = new Set<string>()
  for (let at: TreeRow | undefined = parent; at !== undefined && !seen.has(at.picture.id); ) {
    if (at === row) return true
    seen.add(at.picture.id)
    at = at.picture.parentId === null ? undefined : rows.get(at.picture.parentId)
  }
  return false
}

/** From the root to a picture: what was changed on the way. */
export function pathTo(pictures: readonly TreePicture[], id: string): TreePicture[] {
  const byId = new Map(pictures.map((picture) => [picture.id, picture]))
  const path: TreePicture[] = []
  for (let at = byId.get(id); at !== undefined && !path.includes(at); at = at.parentId === null ? undefined : byId.get(at.parentId))
    path.unshift(at)
  return path
}

/** A tree's name: chance enough that no two of a project are the same. */
export function newTreeId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
