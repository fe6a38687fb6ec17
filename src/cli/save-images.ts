import { stat } from 'node:fs/promises'
import { extname } from 'node:path'
import type { GenerationRecord } from '../contract/record.ts'
import { type CommandContext, say, UsageError } from './command.ts'
import { type GatewayClient, RefusedError } from './gateway-client.ts'
import { currency } from './image-call.ts'
import { formatBytes, sayWrapped } from './layout.ts'
import { saveBody } from './save-file.ts'

/** A picture and the file it was saved in. */
export interface SavedImage {
  file: string
  image: GenerationRecord['images'][number]
}

/** The files that so many pictures are saved in: the one named, or as many numbered ones. */
export function outFiles(out: string, n: number): string[] {
  return n === 1 ? [out] : Array.from({ length: n }, (_, index) => numbered(out, index + 1))
}

function numbered(out: string, number: number): string {
  const extension = extname(out)
  return `${out.slice(0, out.length - extension.length)}-${number}${extension}`
}

/**
 * Makes sure that no result replaces a file it is made of.
 * @throws UsageError naming the file
 */
export async function assertKeepsSources(files: readonly string[], sources: readonly string[]): Promise<void> {
  const identities = await Promise.all(sources.map(identityOf))
  for (const file of files) {
    const identity = await identityOf(file)
    if (identity !== null && identities.includes(identity))
      throw new UsageError(`${file} goes in and would be replaced by the result: choose another name with --out`)
  }
}

/** The same for every name of a file; null where there is none. */
async function identityOf(file: string): Promise<string | null> {
  const found = await stat(file, { bigint: true }).catch(() => null)
  return found && `${found.dev}:${found.ino}`
}

/** Saves what can be saved; says which picture could not be, and why. */
export async function saveImages(
  client: GatewayClient,
  record: GenerationRecord,
  out: string,
  context: CommandContext,
): Promise<SavedImage[]> {
  const saved: SavedImage[] = []
  for (const [index, image] of record.images.entries()) {
    const file = record.request_shape.n === 1 ? out : numbered(out, index + 1)
    try {
      await saveBody(await client.call({ method: 'GET', path: `/v2/images/${image.id}` }), file)
      saved.push({ file, image })
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      sayWrapped(context.stderr, `${file} could not be saved: ${error.message}`)
    }
  }
  return saved
}

/**
 * Says what was made and what it cost.
 * @param remarks what else there is to say of a picture, a sentence a line
 */
export function reportImages(
  record: GenerationRecord,
  saved: readonly SavedImage[],
  context: CommandContext,
  remarks: (picture: SavedImage) => readonly string[] = () => [],
): void {
  for (const picture of saved) {
    const { file, image } = picture
    say(context.stdout, `${file}  ${image.width}x${image.height} ${image.format}, ${formatBytes(image.bytes)}`)
    for (const remark of [...processRemarks(image), ...remarks(picture)]) sayWrapped(context.stdout, `  ${remark}`, '    ')
  }
  say(context.stdout, `${record.cost.settled} ${currency(record.cost.book === 'sandbox')}, generation ${record.id}`)
  for (const warning of record.warnings) sayWrapped(context.stderr, `Warning: ${warning.message}`, '  ')
}

/** What Darkroom itself did to a picture. */
function processRemarks({ process }: SavedImage['image']): string[] {
  if (process === null) return []
  const done =
    process.kind === 'strict_mask'
      ? 'Composited: outside the mask every pixel is that of the picture sent.'
      : `The background was drawn in ${process.key_colour} and taken out here.`
  return [`${done} The model's own picture is kept as ${process.original_image_id}.`]
}
