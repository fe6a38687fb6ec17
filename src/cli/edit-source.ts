import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { inputLimits } from '../contract/input-limits.ts'
import { isId } from '../primitives/ids.ts'
import { CommandError, UsageError } from './command.ts'
import { formatBytes } from './layout.ts'

/** A picture in a file. */
export interface FileSource {
  kind: 'file'
  path: string
  bytes: number
}

/** A picture that an edit takes in, as the command line names it. The gateway fetches what is no file. */
export type EditSource = FileSource | { kind: 'url'; url: string } | { kind: 'id'; id: string }

/** How a JSON body names a picture. */
export type PictureReference = { image_url: string } | { file_id: string }

const pictureExtensions = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.bmp', '.tif', '.tiff', '.svg', '.heic', '.avif']
const isAddress = (text: string) => /^https?:\/\/\S+$/i.test(text)
const isPictureId = (text: string) => isId('img', text) || isId('file', text)

/** True for a word that was meant as a picture and not as a prompt: an address, an id, or the name of a picture file. */
export function namesPicture(text: string): boolean {
  if (isAddress(text) || isPictureId(text)) return true
  return pictureExtensions.includes(extname(text).toLowerCase()) && (!/\s/.test(text) || existsSync(text))
}

/**
 * Finds a picture. What it holds is for the gateway to judge.
 * @throws CommandError for a file that cannot be read, a folder for example; UsageError for a word that belongs to a prompt.
 */
export async function findSource(text: string): Promise<EditSource> {
  if (isPictureId(text)) return { kind: 'id', id: text }
  if (isAddress(text)) return { kind: 'url', url: text }
  const found = await stat(text).catch((error: NodeJS.ErrnoException) => error)
  if (found instanceof Error) throw noFile(text, found)
  if (found.isDirectory()) throw new CommandError(`${text} is a folder, not a picture: name a file in it. No picture was made.`)
  if (!found.isFile()) throw new CommandError(`${text} is not a file. No picture was made.`)
  return { kind: 'file', path: text, bytes: found.size }
}

function noFile(text: string, { code, message }: NodeJS.ErrnoException): Error {
  if (code !== 'ENOENT') return new CommandError(`${text} cannot be read: ${message}. No picture was made.`)
  if (!namesPicture(text)) return new UsageError(`There is no file '${text}'. If it belongs to the prompt, put the whole prompt in quotes.`)
  return new CommandError(`There is no file ${text} (${resolve(text)}). No picture was made.`)
}

/** A source as a JSON body names it; a file becomes a data URL. */
export async function referenceOf(source: EditSource): Promise<PictureReference> {
  if (source.kind === 'id') return { file_id: source.id }
  if (source.kind === 'url') return { image_url: source.url }
  return { image_url: `data:application/octet-stream;base64,${await readFile(source.path, 'base64')}` }
}

/** A file as a part of a form. It is held in memory: a body that Node reads from a file keeps the program alive when it is cut short. */
export async function partOf({ path }: FileSource): Promise<File> {
  return new File([await readFile(path)], basename(path))
}

/** Makes sure that the files fit into one call, before any is read. @throws CommandError */
export function assertFitsTogether(sources: readonly EditSource[]): void {
  const bytes = sources.reduce((sum, source) => sum + (source.kind === 'file' ? source.bytes : 0), 0)
  if (bytes > inputLimits.allBytes)
    throw new CommandError(
      `The pictures are too large together: found ${formatBytes(bytes)}, expected at most ${formatBytes(inputLimits.allBytes)}. No picture was made.`,
    )
}
