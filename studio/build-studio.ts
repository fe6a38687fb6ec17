import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { glob, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const root = join(import.meta.dirname, '..')
const studio = import.meta.dirname
const folder = join(studio, 'dist')
/** Says of which sources a build was made. */
const MARK = 'built-of'
/** Everything that decides what a build holds; the lockfile stands for the libraries. */
const sources = ['studio/src/**/*', 'studio/public/**/*', 'studio/index.html', 'studio/*.ts', 'sdk/src/**/*', 'package-lock.json']
/** Files that do not come compressed already. */
const compressible = /\.(?:html|js|css|json|svg)$/
const SMALLEST_BYTES = 1024

/** What became of a wish for a studio that is up to date. */
export type BuildOutcome = 'built' | 'up_to_date' | 'no_builder'

/**
 * Builds the studio where its sources have changed since the last build. Where Vite is not installed, as in production, what is there stays.
 * @throws what Vite throws
 */
export async function buildStudio({ force = false } = {}): Promise<BuildOutcome> {
  const hash = await hashOfSources()
  if (!force && (await readFile(join(folder, MARK), 'utf8').catch(() => '')) === hash) return 'up_to_date'
  const builder = await import('vite').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_MODULE_NOT_FOUND') return null
    throw error
  })
  if (builder === null) return 'no_builder'
  // Made beside it and put in its place whole: a gateway may serve from there, and another program may build.
  const made = join(studio, `dist-${process.pid}`)
  await builder.build({ configFile: join(studio, 'vite.config.ts'), logLevel: 'warn', build: { outDir: made, emptyOutDir: true } })
  await compressFiles(made)
  await writeFile(join(made, MARK), hash)
  await putInPlace(made)
  return 'built'
}

async function putInPlace(made: string): Promise<void> {
  const old = `${made}-old`
  await rename(folder, old).catch(() => undefined)
  // Another program that has just put its own there has built the same.
  await rename(made, folder).catch(() => rm(made, { recursive: true, force: true }))
  await rm(old, { recursive: true, force: true })
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256')
  const paths = (await Array.fromAsync(glob(sources, { cwd: root, withFileTypes: true })))
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
  for (const path of [...new Set(paths)].toSorted())
    hash
      .update(path.slice(root.length))
      .update('\0')
      .update(await readFile(path))
      .update('\0')
  return hash.digest('hex')
}

async function compressFiles(made: string): Promise<void> {
  const entries = await readdir(made, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && compressible.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
  await Promise.all(paths.map(compressFile))
}

async function compressFile(path: string): Promise<void> {
  const body = await readFile(path)
  if (body.length < SMALLEST_BYTES) return
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: body.length }
  await writeFile(`${path}.br`, await promisify(brotliCompress)(body, { params: quality }))
  await writeFile(`${path}.gz`, await promisify(gzip)(body, { level: 9 }))
}

/** For whoever starts the gateway: it serves without a studio as well, so that nothing here keeps it from starting. */
async function main(): Promise<void> {
  const mustBuild = process.argv.includes('--force')
  try {
    const startedAt = performance.now()
    const outcome = await buildStudio({ force: mustBuild })
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    if (outcome === 'built') console.log(`The studio was built (${seconds} s).`)
    if (outcome === 'no_builder' && !existsSync(join(folder, 'index.html')))
      console.log('The studio is not built, and what builds it is not installed: npm ci, then npm run build:studio.')
    if (outcome === 'no_builder' && mustBuild) process.exitCode = 1
  } catch (error) {
    console.error('The studio could not be built; the gateway works without it.\n', error)
    if (mustBuild) process.exitCode = 1
  }
}

if (import.meta.main) await main()
