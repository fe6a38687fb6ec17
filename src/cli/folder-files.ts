import { constants } from 'node:fs'
import { copyFile, lstat, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path'
import { type CallerFiles, ToolFault } from '../mcp/index.ts'
import { formatBytes } from './layout.ts'
import { outFiles } from './save-images.ts'

/** A data URL is at most 20 MiB of text. */
const LARGEST_INPUT_BYTES = 15 * 1024 * 1024

const formats: Readonly<Record<string, string>> = { '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg', '.webp': 'webp' }

/** Files of one folder and those below it. What lies elsewhere is neither read nor written, links followed; nothing is replaced. */
export function folderFiles(folder: string): CallerFiles {
  return {
    async read(path) {
      const file = await realpath(resolve(folder, path)).catch(() => refuse(path, 'there is no such file'))
      await assertInside(folder, file, path)
      const { size } = await stat(file)
      if (size > LARGEST_INPUT_BYTES)
        refuse(
          path,
          `it has ${formatBytes(size)}; up to ${formatBytes(LARGEST_INPUT_BYTES)} can be sent along. Keep it with POST /v1/files and give its id`,
        )
      const bytes = await readFile(file, 'base64').catch(() => refuse(path, 'it cannot be read as a file'))
      return `data:application/octet-stream;base64,${bytes}`
    },
    async assertFree(path, count) {
      const format = formats[extname(path).toLowerCase()]
      if (format === undefined) refuse(path, `its name must end in ${Object.keys(formats).join(', ')}`)
      for (const file of outFiles(path, count)) {
        const target = await targetOf(folder, file, path)
        const isTaken = await lstat(target).then(
          () => true,
          () => false,
        )
        if (isTaken) refuse(path, `${file} exists already, and nothing is replaced`)
      }
      return format
    },
    async save(picture, path, { n, of }) {
      const file = outFiles(path, of)[n - 1]!
      try {
        await copyFile(picture.path, await targetOf(folder, file, path), constants.COPYFILE_EXCL)
        return { savedAs: file }
      } catch (error) {
        return { notSaved: `${file} was not saved: ${(error as Error).message}` }
      }
    },
  }
}

/** Where a file of that name would lie. */
async function targetOf(folder: string, file: string, asked: string): Promise<string> {
  const parent = await realpath(dirname(resolve(folder, file))).catch(() => refuse(asked, 'its folder does not exist'))
  await assertInside(folder, parent, asked)
  return join(parent, basename(file))
}

async function assertInside(folder: string, path: string, asked: string): Promise<void> {
  const way = relative(await realpath(folder), path)
  if (way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way) refuse(asked, 'it lies outside the working folder')
}

function refuse(path: string, why: string): never {
  throw new ToolFault(`${path} cannot be used: ${why}. Nothing was sent or charged.`)
}
