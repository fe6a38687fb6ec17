import { UsageError } from './command.ts'
import { editCall } from './edit-call.ts'
import { type EditValues, editOptions, editOptionsHelp, readEditWords } from './edit-options.ts'
import type { ImageCall } from './image-call.ts'
import { type ImageValues, imageBody, imageHeaders, imageOptions, imageOptionsHelp } from './image-options.ts'
import { onePrompt } from './options.ts'

/** Options of the commands that only ask about a call: those of `generate`, and with `--edit` those of `edit`. */
export const askedOptions = { edit: { type: 'boolean' }, ...imageOptions, ...editOptions } as const

/** How the options are shown in a usage text. */
export const askedOptionsHelp = `${imageOptionsHelp}
      --edit             ask about an edit: the pictures stand in front of the prompt
${editOptionsHelp}`

type AskedValues = ImageValues & EditValues & { edit?: boolean | undefined }

/** The call that a command line asks about. @throws UsageError; CommandError for a picture that is not there */
export async function askedCall(command: string, positionals: readonly string[], values: AskedValues): Promise<ImageCall> {
  if (values.edit) return editCall(readEditWords(command, positionals), values)
  const needsEdit = Object.keys(editOptions).find((name) => values[name as keyof EditValues] !== undefined)
  if (needsEdit) throw new UsageError(`--${needsEdit} goes with --edit only`)
  return { operation: 'generate', body: imageBody(onePrompt(command, positionals), values), headers: imageHeaders(values) }
}
