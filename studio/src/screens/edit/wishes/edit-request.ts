import type { EditRequest, PictureOptions } from '#sdk'
import type { DeskPicture } from '../inputs/desk-picture.ts'
import type { Box } from '../mask/mask-raster.ts'
import { readSize, type Size, type SizeRules, sizeOfShape, writeSize } from './edit-sizes.ts'
import type { EditWishes } from './edit-wishes.ts'

/** What lies on the desk. */
export interface Desk {
  /** The one that is edited first. */
  pictures: readonly DeskPicture[]
  wishes: EditWishes
  /** What sizes the chosen model draws; null until that is known. */
  sizes: SizeRules | null
  /** Labels that tie the edit to its history. */
  labels: Readonly<Record<string, string>>
}

/** A call as the client makes it. */
export interface EditCall {
  request: EditRequest & { stream: true }
  options: PictureOptions
}

/** Why a strict mask is not possible; the switch says so. Null = it is. */
export type NotStrict = 'no_shape' | 'jpeg' | null

/** What stands against a strict mask, as far as the desk shows it; the gateway judges the rest. */
export function whyNotStrict({ pictures, wishes, sizes }: Pick<Desk, 'pictures' | 'wishes' | 'sizes'>): NotStrict {
  const [picture] = pictures
  if (wishes.format === 'jpeg') return 'jpeg'
  return picture && sizes !== null && sizeOfShape(sizes, picture) === null ? 'no_shape' : null
}

/** The size that is asked for. A strict mask needs the shape of the picture, whatever else was chosen. */
export function askedSize({ pictures, wishes, sizes }: Pick<Desk, 'pictures' | 'wishes' | 'sizes'>, isStrict: boolean): string {
  const [picture] = pictures
  const own = picture && sizes !== null ? sizeOfShape(sizes, picture) : null
  if (isStrict || wishes.size === 'as_picture') return own === null ? 'auto' : writeSize(own)
  return wishes.size
}

/** The call for what lies on the desk. @param mask a PNG of the first picture's pixels; null = the model may paint anywhere */
export function editCall(desk: Desk, mask: Blob | null): EditCall {
  const { pictures, wishes, labels } = desk
  const isStrict = mask !== null && wishes.isStrict && whyNotStrict(desk) === null
  const size = askedSize(desk, isStrict)
  const boxes = boxesInResult(wishes.protect, pictures[0], isStrict ? null : readSize(size))
  const request: EditCall['request'] = {
    model: wishes.model,
    prompt: wishes.prompt.trim(),
    image: pictures.map(({ fileId }) => ({ file_id: fileId })),
    ...(mask === null ? {} : { mask }),
    size,
    quality: wishes.quality as NonNullable<EditRequest['quality']>,
    output_format: wishes.format,
    n: wishes.n,
    stream: true,
    ...(isStrict || wishes.partials === 0 ? {} : { partial_images: wishes.partials }),
    darkroom: {
      metadata: labels,
      ...(wishes.isReviewed ? { review: 'required' as const } : {}),
      ...(boxes.length === 0 ? {} : { protect: boxes }),
      ...textsOf(wishes, boxes),
      ...rightsOf(pictures),
      ...(isStrict ? { mask: 'strict' as const, feather_px: wishes.featherPx } : {}),
    },
  }
  // A mask is a PNG, and upstream wants the first picture to be one too then.
  const mustConvert = mask !== null && pictures[0]?.format !== 'png'
  return { request, options: mustConvert ? { maskSource: 'convert' } : {} }
}

/** Boxes are drawn in pixels of the picture and told in those of the result; a strict result has the picture's. */
function boxesInResult(boxes: readonly Box[], picture: Size | undefined, result: Size | null): Box[] {
  if (!picture || result === null) return [...boxes]
  const [across, down] = [result.width / picture.width, result.height / picture.height]
  return boxes.map((box) => {
    const [x, y] = [Math.round(box.x * across), Math.round(box.y * down)]
    const [right, bottom] = [Math.round((box.x + box.width) * across), Math.round((box.y + box.height) * down)]
    return { x, y, width: Math.max(1, right - x), height: Math.max(1, bottom - y) }
  })
}

function textsOf({ texts }: EditWishes, boxes: readonly Box[]): Pick<NonNullable<EditRequest['darkroom']>, 'texts'> {
  const wanted = texts.filter(({ text }) => text.trim() !== '')
  if (wanted.length === 0) return {}
  const asked = wanted.map(({ text, lang, box }) => {
    const place = box === null ? undefined : boxes[box]
    return { text: text.trim(), lang, ...(place ? { box: place } : {}) }
  })
  return { texts: asked }
}

function rightsOf(pictures: readonly DeskPicture[]): Pick<NonNullable<EditRequest['darkroom']>, 'rights'> {
  const notes = pictures.map(({ rights }) => rights.trim() || null)
  return notes.every((note) => note === null) ? {} : { rights: notes }
}
