import type { ErrorObject } from '../contract/record.ts'
import type { JsonObject } from '../primitives/json.ts'
import { UsageError } from './command.ts'
import { namesPicture } from './edit-source.ts'
import { given } from './image-options.ts'
import { wholeNumber } from './options.ts'

/** Options that only edits have. */
export const editOptions = {
  mask: { type: 'string' },
  markup: { type: 'string' },
  'mask-mode': { type: 'string' },
  strict: { type: 'boolean' },
  feather: { type: 'string' },
  'convert-source': { type: 'boolean' },
  protect: { type: 'string', multiple: true },
  rights: { type: 'string' },
} as const

/** How the options are shown in a usage text. */
export const editOptionsHelp = `      --mask PICTURE     PNG of the size of the first picture, transparent where to draw anew
                         (darkroom mask makes one of black and white)
      --mask-mode MODE   alpha, or luminance for a black and white mask: white is drawn anew
      --strict           outside the mask keep every pixel as it is; without --size the result
                         has the shape of the first picture
      --feather N        soft edge inside a strict mask, 0 to 64 pixels (8)
      --convert-source   send a JPEG or WebP under a mask as PNG
      --markup PICTURE   transparent PNG with hints drawn over the first picture
      --protect X,Y,W,H  measure what changed in this rectangle too; may be repeated
      --rights TEXT      where the pictures come from, kept with the record`

/** Values of the options, as they were given. */
export interface EditValues {
  mask?: string | undefined
  markup?: string | undefined
  'mask-mode'?: string | undefined
  strict?: boolean | undefined
  feather?: string | undefined
  'convert-source'?: boolean | undefined
  protect?: string[] | undefined
  rights?: string | undefined
}

/** The pictures and the prompt of an edit. */
export interface EditWords {
  pictures: string[]
  prompt: string
}

/** Tells the pictures from the prompt, which comes last. @throws UsageError saying what is missing or where it belongs */
export function readEditWords(command: string, positionals: readonly string[]): EditWords {
  const pictures = positionals.slice(0, -1)
  const prompt = positionals.at(-1)
  if (prompt === undefined) throw new UsageError(`${command} expects a picture, and behind it a prompt in quotes`)
  if (!namesPicture(prompt) && pictures.length === 0) throw new UsageError(`${command} expects a picture in front of the prompt`)
  if (!namesPicture(prompt)) return { pictures, prompt }
  if (pictures.every(namesPicture)) throw new UsageError(`${command} expects a prompt in quotes behind the pictures, found none`)
  throw new UsageError(`${command} expects the pictures first and the prompt behind them, found '${prompt}' at the end`)
}

/** A refusal of one of the pictures, which it knows by its place in the body, with the name it has on the command line. */
export function withPictureName(error: Partial<ErrorObject>, { pictures }: EditWords, { mask, markup }: EditValues): Partial<ErrorObject> {
  const found = /^(?:images?(?:\[(\d+)\])?|(mask|markup))(?:\.|$)/.exec(error.param ?? '')
  // A list is refused as a whole by its name alone, for the number of its pictures.
  if (!found || (found[1] === undefined && found[2] === undefined && pictures.length > 1)) return error
  const name = found[2] === undefined ? pictures[Number(found[1] ?? 0)] : { mask, markup }[found[2] as 'mask' | 'markup']
  return name === undefined ? error : { ...error, message: `${name}: ${error.message}` }
}

/** What the options ask of Darkroom in the body; undefined when nothing. @throws UsageError */
export function editExtension(values: EditValues): JsonObject | undefined {
  const asked = given({
    mask_mode: values['mask-mode'],
    feather_px: wholeNumber('feather', values.feather),
    protect: values.protect?.map(readBox),
    rights: values.rights,
  })
  return Object.keys(asked).length > 0 ? (asked as JsonObject) : undefined
}

function readBox(text: string): JsonObject {
  const found = /^(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})$/.exec(text)
  if (!found) throw new UsageError(`--protect expects X,Y,WIDTH,HEIGHT in pixels of the result, found '${text}'`)
  const [x, y, width, height] = found.slice(1).map(Number) as [number, number, number, number]
  return { x, y, width, height }
}

/** What the options ask of Darkroom by header. */
export function editHeaders({ strict, 'convert-source': convert }: EditValues): Record<string, string> {
  return given({ 'x-darkroom-mask': strict ? 'strict' : undefined, 'x-darkroom-mask-source': convert ? 'convert' : undefined })
}
