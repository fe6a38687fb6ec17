import type { api } from '#sdk'

type Files = api.MigrationScan['files']

/** What was chosen, as far as the scan reads it. */
export interface ReadProject {
  files: Files
  /** Files that are not sent: none that the scan reads, or larger than it reads. */
  passedOver: number
}

/** More than the gateway takes; `darkroom scan` reads folders of any size. */
export class ProjectTooLarge extends Error {}

const MOST_BYTES = 4_000_000
const MOST_FILES = 5000
const LARGEST_FILE = 1_000_000
const passedFolders = /(?:^|\/)(?:node_modules|\.git|dist|build|out|target|vendor|\.venv|venv|__pycache__|\.next|coverage)\//
const readEndings =
  /\.(?:[cm]?[jt]sx?|vue|svelte|astro|pyi?|ipynb|sh|bash|zsh|http|rest|json[5lc]?|ya?ml|toml|ini|cfg|conf|properties|env[.\w]*|go|rb|php|java|kts?|cs|rs|swift|scala|ex|exs|dart|lua|pl|ps1|har|log|ndjson|tf)$|(?:^|\/)(?:\.env[.\w]*|Dockerfile[.\w]*|Makefile|justfile|Procfile|\.gitignore)$/i

const isRead = (path: string) => !passedFolders.test(`${path}`) && readEndings.test(path)

/** Reads the chosen files: a folder, single files, or a zip, which is unpacked here and nowhere else. @throws ProjectTooLarge */
export async function readProject(chosen: readonly File[]): Promise<ReadProject> {
  const [only] = chosen
  const all = chosen.length === 1 && /\.zip$/i.test(only!.name) ? await unzipped(only!) : await texts(chosen)
  const bytes = all.files.reduce((sum, { path, text }) => sum + JSON.stringify(text).length + path.length, 0)
  if (bytes > MOST_BYTES || all.files.length > MOST_FILES) throw new ProjectTooLarge()
  return all
}

async function texts(chosen: readonly File[]): Promise<ReadProject> {
  const read = chosen.filter((file) => isRead(pathOf(file)) && file.size <= LARGEST_FILE)
  if (read.reduce((sum, { size }) => sum + size, 0) > MOST_BYTES) throw new ProjectTooLarge()
  const files = await Promise.all(read.map(async (file) => ({ path: pathOf(file), text: await file.text() })))
  return { files, passedOver: chosen.length - files.length }
}

/** Below the chosen folder; a file alone has its name. */
const pathOf = (file: File) => (file.webkitRelativePath === '' ? file.name : file.webkitRelativePath.split('/').slice(1).join('/'))

async function unzipped(archive: File): Promise<ReadProject> {
  const { unzip } = await import('fflate')
  const bytes = new Uint8Array(await archive.arrayBuffer())
  let [passedOver, size] = [0, 0]
  const wanted = ({ name, originalSize }: { name: string; originalSize: number }) => {
    const path = safe(name)
    if (path === null || !isRead(path) || originalSize > LARGEST_FILE) {
      if (!name.endsWith('/')) passedOver++
      return false
    }
    size += originalSize
    return size <= MOST_BYTES
  }
  const entries = await new Promise<Record<string, Uint8Array>>((resolve, reject) =>
    unzip(bytes, { filter: wanted }, (error, files) => (error ? reject(error) : resolve(files))),
  )
  if (size > MOST_BYTES) throw new ProjectTooLarge()
  const decoder = new TextDecoder()
  return { files: Object.entries(entries).map(([name, content]) => ({ path: safe(name)!, text: decoder.decode(content) })), passedOver }
}

/** A path of an archive, or null for one that leads out of it. */
function safe(name: string): string | null {
  const parts = name.replaceAll('\\', '/').split('/')
  return parts.some((part) => part === '..' || part === '' || part === '.') ? null : parts.join('/')
}
