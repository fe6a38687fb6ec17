import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, constants, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { CommandError } from './command.ts'

/**
 * Makes sure that a file can be saved, before anything is paid for.
 * @throws CommandError when its folder is missing or closed, or something that is no file has its name.
 */
export async function assertCanSave(file: string): Promise<void> {
  const folder = dirname(file)
  await access(folder, constants.W_OK | constants.X_OK).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'does not exist' : 'cannot be written to'
    throw new CommandError(`${file} cannot be saved: the folder ${folder} ${why}. No picture was made.`)
  })
  const found = await stat(file).catch(() => null)
  if (found && !found.isFile())
    throw new CommandError(`${file} cannot be saved: something else than a file has that name. No picture was made.`)
}

/** Saves the body of an answer under a name. */
export function saveBody(response: Response, file: string): Promise<void> {
  return saveStream(Readable.fromWeb(response.body as ReadableStream), file)
}

/** Saves bytes under a name, which they get once they are complete: a file cut short is never left behind. */
export async function saveStream(bytes: Readable, file: string): Promise<void> {
  const unfinished = join(dirname(file), `.${basename(file)}.${randomBytes(4).toString('hex')}`)
  try {
    await pipeline(bytes, createWriteStream(unfinished, { flags: 'wx' }))
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}
