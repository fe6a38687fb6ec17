import { readFile } from 'node:fs/promises'
import { CommandError } from '../command.ts'

/** What `darkroom review` was told. */
export interface ReviewWords {
  state?: string | undefined
  overdue?: boolean | undefined
  reviewer?: string | undefined
  'key-file'?: string | undefined
  why?: string | undefined
  yes?: boolean | undefined
  answer?: string[] | undefined
  change?: string | undefined
  run?: boolean | undefined
  format?: string | undefined
  from?: string | undefined
  to?: string | undefined
  out?: string | undefined
}

/** As whom reviews are decided: what goes along with every call, and into every body. */
export interface ReviewCaller {
  call: { headers?: Record<string, string> }
  body: { reviewer?: string }
}

/** Whom the words name: the key in a file, or the administrator under a name. @throws CommandError when the file cannot be read */
export async function reviewCaller({ reviewer, 'key-file': file }: ReviewWords): Promise<ReviewCaller> {
  const body = reviewer === undefined ? {} : { reviewer }
  if (file === undefined) return { call: {}, body }
  const key = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${file} cannot be read (${error.code}). Nothing was decided.`)
  })
  return { call: { headers: { authorization: `Bearer ${key.trim()}` } }, body }
}
