import { extname } from 'node:path'
import type { JsonObject } from '../primitives/json.ts'
import { UsageError } from './command.ts'
import { wholeNumber } from './options.ts'

/** Options that describe a picture, for every command that takes one. */
export const imageOptions = {
  model: { type: 'string', short: 'm' },
  size: { type: 'string', short: 's' },
  quality: { type: 'string', short: 'q' },
  format: { type: 'string', short: 'f' },
  compression: { type: 'string' },
  background: { type: 'string' },
  moderation: { type: 'string' },
  n: { type: 'string', short: 'n' },
  route: { type: 'string' },
} as const

/** How the options are shown in a usage text. */
export const imageOptionsHelp = `  -m, --model ID         model (gpt-image-2)
  -s, --size WxH         size, or auto
  -q, --quality TIER     low, medium, high, or auto
  -f, --format FORMAT    png, jpeg or webp
      --compression N    0 to 100, jpeg and webp only
      --background B     auto, opaque or transparent
      --moderation M     auto or low
  -n, --n N              number of pictures
      --route ID         only this route may serve`

type ImageValues = { [name in keyof typeof imageOptions]?: string | undefined }

/** The request body that the options and the prompt stand for. What was not given is not sent. */
export function imageBody(prompt: string, values: ImageValues): JsonObject {
  const named = {
    size: values.size,
    quality: values.quality,
    output_format: values.format,
    output_compression: wholeNumber('compression', values.compression),
    background: values.background,
    moderation: values.moderation,
    n: wholeNumber('n', values.n),
  }
  const given = Object.entries(named).filter(([, value]) => value !== undefined)
  return { model: values.model ?? 'gpt-image-2', prompt, ...Object.fromEntries(given) } as JsonObject
}

/** What the options ask of Darkroom itself. */
export function routeHeaders({ route }: ImageValues): Record<string, string> {
  return route === undefined ? {} : { 'x-darkroom-route': route }
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
