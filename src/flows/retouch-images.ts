import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Failure, failure } from '../contract/failure.ts'
import { mediaTypes } from '../pixels/index.ts'
import { fp } from '../primitives/fail-point.ts'
import type { JsonObject } from '../primitives/json.ts'
import { keyToAlpha, type LosslessFormat, type RetouchedPicture, strictComposite } from '../retouch/index.ts'
import type { ObjectRecord } from '../store/index.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { GenerationRun } from './generation-run.ts'
import { type KeptImage, putPaid } from './keep-images.ts'
import { localCopy } from './local-copy.ts'
import { onceMore } from './once-more.ts'
import { faultCode } from './storage-health.ts'

/** A picture that Darkroom made of one of the model's, kept beside it. */
export interface RetouchedImage {
  id: string
  /** The model's picture. */
  original: KeptImage
  sha256: string
  bytes: number
  width: number
  height: number
  format: LosslessFormat
  object: ObjectRecord
  /** What was done, for the record. */
  process: JsonObject
}

/** What is delivered instead of the model's pictures, in their order; or why the promise could not be kept. */
export type Retouched = { images: RetouchedImage[]; failure: null } | { images: []; failure: Failure }

/** True when what is delivered is not what the model made: its answer must be held until it is complete. */
export function isRetouched({ request, keyColour }: Pick<GenerationRun, 'request' | 'keyColour'>): boolean {
  return request.retouch.strictMask || keyColour !== null
}

/**
 * Makes what was promised of the model's pictures: outside a strict mask the source's own pixels, or a transparent background. The model's
 * pictures stay as they are. A promise that cannot be kept is a failure that says so: something else is never delivered in its place.
 */
export async function retouchImages(parts: GatewayParts, run: GenerationRun, images: readonly KeptImage[]): Promise<Retouched> {
  const folder = await mkdtemp(join(parts.spoolFolder, 'retouch-'))
  try {
    const made: Made[] = []
    fp('retouch_before_make')
    for (const image of images) made.push(await onceMore(folder, (place) => retouch(parts, run, image, place)))
    fp('retouch_after_make')
    // All are made before the first is put: nothing will refer to one of a set that cannot be delivered whole.
    const kept: RetouchedImage[] = []
    for (const [index, image] of made.entries()) kept.push(await keep(parts, images[index]!, image))
    return { images: kept, failure: null }
  } catch (error) {
    parts.storageHealth.noteFault(faultCode(error))
    parts.logger.error({ generation_id: run.id, err: error }, 'pictures could not be retouched as promised')
    return { images: [], failure: failure('retouch_failed') }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Made = { picture: RetouchedPicture; process: JsonObject }

async function retouch(parts: GatewayParts, run: GenerationRun, image: KeptImage, folder: string): Promise<Made> {
  if (image.object === null) throw new Error('the picture of the model could not be stored')
  const resultPath = await localCopy(parts, image.object.path, folder, `result-${image.index}`)
  const outPath = join(folder, `made-${image.index}`)
  return run.request.retouch.strictMask
    ? await composite(parts, run, { resultPath, outPath, folder, index: image.index })
    : await key(parts, run, { resultPath, outPath })
}

async function keep(parts: GatewayParts, original: KeptImage, { picture, process }: Made): Promise<RetouchedImage> {
  const { sha256, bytes, width, height, format } = picture
  const { store, path } = await putPaid(parts, { spoolPath: picture.path, sha256, extension: format })
  const object = { sha256, store, path, bytes, mediaType: mediaTypes[format] }
  return { id: parts.newId('img'), original, sha256, bytes, width, height, format, object, process }
}

async function composite(
  parts: GatewayParts,
  run: GenerationRun,
  { resultPath, outPath, folder, index }: { resultPath: string; outPath: string; folder: string; index: number },
): Promise<Made> {
  const [source, mask] = (['image', 'mask'] as const).map((role) => run.inputs.find(({ picture }) => picture.role === role)!)
  const sourcePath = await localCopy(parts, source!.sentPath, folder, `source-${index}`)
  const maskPath = await localCopy(parts, mask!.sentPath, folder, `mask-${index}`)
  const { featherPx } = run.request.retouch
  const picture = await strictComposite(parts.pixels, { sourcePath, maskPath, resultPath, outPath, format: formatOf(run), featherPx })
  const { resampled, keptShare } = picture
  return { picture, process: { kind: 'strict_mask', feather_px: featherPx, resampled, kept_share: keptShare } }
}

async function key(
  parts: GatewayParts,
  run: GenerationRun,
  { resultPath, outPath }: { resultPath: string; outPath: string },
): Promise<Made> {
  const keyed = await keyToAlpha(parts.pixels, { sourcePath: resultPath, outPath, format: formatOf(run), key: run.keyColour! })
  if (!keyed.keyed) throw new Error('the model did not draw the flat background that was to be keyed out')
  const { picture, transparentShare } = keyed
  return { picture, process: { kind: 'keyed_transparency', key_colour: run.keyColour!, transparent_share: transparentShare } }
}

/** Only these two keep every pixel; the contract let nothing else through. */
function formatOf({ request }: GenerationRun): LosslessFormat {
  return request.outputFormat === 'webp' ? 'webp' : 'png'
}
