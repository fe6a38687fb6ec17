import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { access, constants, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { CommandError } from './command.ts'

/**
 * Makes sure that a file can be saved, before anything is paid for.
 * @param soFar what the command has not done then, in a sentence
 * @throws CommandError when its folder is missing or closed, or something that is no file has its name.
 */
export async function assertCanSave(file: string, soFar = 'No picture was made.'): Promise<void> {
  const folder = dirname(file)
  await access(folder, constants.W_OK | constants.X_OK).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'does not exist' : 'cannot be written to'
    throw new CommandError(`${file} cannot be saved: the folder ${folder} ${why}. ${soFar}`)
  })
  const found = await stat(file).catch(() => null)
  if (found && !found.isFile()) throw new CommandError(`${file} cannot be saved: something else than a file has that name. ${soFar}`)
}

/** Saves the body of an answer under a name. @param signal ends it: then nothing is saved */
export function saveBody(response: Response, file: string, signal?: AbortSignal): Promise<void> {
  return saveStream(Readable.fromWeb(response.body as ReadableStream), file, { signal })
}

/**
 * The same for bytes whose SHA-256 is known.
 * @throws CommandError when they are others; then nothing is saved
 */
export async function saveVerifiedBody(response: Response, file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256')
  const hashed = new Transform({
    transform(piece: Buffer, _, done) {
      hash.update(piece)
      done(null, piece)
    },
    flush(done) {
      done(hash.digest('hex') === sha256 ? null : new CommandError(`${file} was not saved: what came is not what the gateway stored.`))
    },
  })
  await saveStream(Readable.fromWeb(response.body as ReadableStream), file, { through: [hashed] })
}

/** SHA-256 of a file; null where there is none. */
export async function hashOfFile(file: string): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(file), hash)
    return hash.digest('hex')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Saves bytes under a name, which they get once they are complete: a file cut short is never left behind. */
export async function saveStream(
  bytes: Readable,
  file: string,
  { through = [], signal }: { through?: readonly Transform[]; signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const unfinished = join(dirname(file), `.${basename(file)}.${randomBytes(4).toString('hex')}`)
  try {
    await pipeline([bytes, ...through, createWriteStream(unfinished, { flags: 'wx' })], signal ? { signal } : {})
    await rename(unfinished, file)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}
