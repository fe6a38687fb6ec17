import { extname } from 'node:path'
import type { JsonObject } from '../primitives/json.ts'
import { UsageError } from './command.ts'
import { wholeNumber } from './options.ts'
import { promptMembers } from './stored-prompt.ts'

/** Options that describe a picture, for every command that takes one. */
export const imageOptions = {
  model: { type: 'string', short: 'm' },
  size: { type: 'string', short: 's' },
  quality: { type: 'string', short: 'q' },
  format: { type: 'string', short: 'f' },
  compression: { type: 'string' },
  background: { type: 'string' },
  'key-transparency': { type: 'boolean' },
  moderation: { type: 'string' },
  n: { type: 'string', short: 'n' },
  route: { type: 'string' },
  var: { type: 'string', multiple: true },
} as const

/** How the options are shown in a usage text. */
export const imageOptionsHelp = `  -m, --model ID         model (gpt-image-2)
  -s, --size WxH         size, or auto
  -q, --quality TIER     low, medium, high, or auto
  -f, --format FORMAT    png, jpeg or webp
      --compression N    0 to 100, jpeg and webp only
      --background B     auto, opaque or transparent
      --key-transparency
                         a transparent background on models that have none: it is drawn in a
                         flat colour, which Darkroom takes out
      --moderation M     auto or low
  -n, --n N              number of pictures
      --route ID         only this route may serve
      --var NAME=VALUE   of a stored prompt, whose id stands in the place of the words`

/** Values of the options, as they were given. */
export type ImageValues = { [name in Exclude<keyof typeof imageOptions, 'key-transparency' | 'var'>]?: string | undefined } & {
  'key-transparency'?: boolean | undefined
  var?: string[] | undefined
}

/** The request body that the options and the prompt stand for. What was not given is not sent. @throws UsageError */
export function imageBody(prompt: string, values: ImageValues): JsonObject {
  const named = {
    size: values.size,
    quality: values.quality,
    output_format: values.format,
    output_compression: wholeNumber('compression', values.compression),
    background: backgroundOf(values),
    moderation: values.moderation,
    n: wholeNumber('n', values.n),
  }
  return { model: values.model ?? 'gpt-image-2', ...promptMembers(prompt, values.var), ...given(named) } as JsonObject
}

/** The members that have a value. */
export function given<Member>(members: Record<string, Member | undefined>): Record<string, Member> {
  return Object.fromEntries(Object.entries(members).filter((entry): entry is [string, Member] => entry[1] !== undefined))
}

/** Whoever has the background taken out wants it transparent. */
function backgroundOf({ background, 'key-transparency': isKeyed }: ImageValues): string | undefined {
  if (!isKeyed) return background
  if (background !== undefined && background !== 'transparent')
    throw new UsageError(`--key-transparency makes the background transparent, --background says ${background}: leave one out`)
  return 'transparent'
}

/** What the options ask of Darkroom itself. */
export function imageHeaders({ route, 'key-transparency': isKeyed }: ImageValues): Record<string, string> {
  return given({ 'x-darkroom-route': route, 'x-darkroom-transparency': isKeyed ? 'key' : undefined })
}

const formatByExtension: Readonly<Record<string, string>> = { '.png': 'png', '.jpg': 'jpeg', '.jpeg': 'jpeg', '.webp': 'webp' }

/**
 * The format that a file's name asks for, undefined for a name without an extension.
 * @throws UsageError when the name would not say what is in the file.
 */
export function formatForFile(file: string, asked: string | undefined): string | undefined {
  const extension = extname(file).toLowerCase()
  const named = formatByExtension[extension]
  if (asked !== undefined && named !== undefined && asked !== named)
    throw new UsageError(`--format ${asked} does not go with a file named ${file}: rename it, or leave --format out`)
  if (asked === undefined && named === undefined && extension !== '')
    throw new UsageError(`--out expects a name that ends in ${Object.keys(formatByExtension).join(', ')}, found '${file}'`)
  return asked ?? named
}
