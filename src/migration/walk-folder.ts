import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SkippedFile, SourceKind } from './call-site.ts'
import { type IgnoreRules, isIgnored, readIgnoreRules } from './ignore-rules.ts'
import { kindOf } from './source-file.ts'

/** A file that is worth opening. */
export interface FoundFile {
  /** Relative to the folder, with `/`. */
  path: string
  kind: SourceKind
}

/** Deeper folders are no source tree. */
const DEPTH = 64

type Scope = { folder: string; rules: IgnoreRules }

/**
 * Lists the files of a folder that the scan reads, in order of their path. Symbolic links are not followed, so no loop is entered.
 * Synchronous: a scan has the process to itself, and waiting costs twice the time on many small files.
 */
export function walkFolder(root: string): { files: FoundFile[]; skipped: SkippedFile[] } {
  const files: FoundFile[] = []
  const skipped: SkippedFile[] = []
  const visit = (folder: string, scopes: readonly Scope[], depth: number): void => {
    const entries = entriesOf(root, folder, skipped)
    const own = entries.some((entry) => entry.name === '.gitignore' && entry.isFile()) ? ignoreFile(root, folder) : null
    const inside = own === null ? scopes : [...scopes, { folder, rules: own }]
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (isIgnored(path, entry.name, entry.isDirectory(), inside)) continue
      if (entry.isDirectory()) {
        if (depth >= DEPTH) skipped.push({ file: path, why: `folder is more than ${DEPTH} levels deep` })
        else visit(path, inside, depth + 1)
      } else if (entry.isFile()) {
        const kind = kindOf(path)
        if (kind !== null) files.push({ path, kind })
      }
    }
  }
  visit('', [], 0)
  return { files, skipped }
}

function entriesOf(root: string, folder: string, skipped: SkippedFile[]): Dirent[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    skipped.push({ file: folder === '' ? '.' : folder, why: `folder cannot be read (${(error as NodeJS.ErrnoException).code})` })
    return []
  }
}

function ignoreFile(root: string, folder: string): IgnoreRules | null {
  try {
    return readIgnoreRules(readFileSync(join(root, folder, '.gitignore'), 'utf8').slice(0, 100_000))
  } catch {
    return null
  }
}
