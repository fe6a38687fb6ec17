import { failure } from '../../contract/failure.ts'
import type { NewHandoffBody } from '../../contract/record.ts'
import type { DeclaredText } from '../../guard/index.ts'
import type { HandoffText } from '../../handoffs/index.ts'
import type { HandoffWishes } from './show-handoff.ts'

interface Box {
  x: number
  y: number
  width: number
  height: number
}
type Size = Pick<Box, 'width' | 'height'>

/**
 * Holds the places of a ticket against the picture that they are in: its source, or the size that is wanted. Where neither is known nothing is said.
 * @throws Failure `invalid_value` for the first that reaches beyond
 */
export function assertWithin({ size, protect = [], subject }: NewHandoffBody, texts: readonly HandoffText[], source: Size | null): void {
  const whole = wholeOf(size ?? null, source)
  if (whole === null) return
  const places = [
    ...protect.map((box, index) => ({ param: `protect[${index}]`, box })),
    ...(subject ? [{ param: 'subject', box: subject }] : []),
    ...texts.flatMap(({ box }, index) => (box ? [{ param: `texts[${index}].box`, box }] : [])),
  ]
  const beyond = places.find(({ box }) => box.x + box.width > whole.width || box.y + box.height > whole.height)
  if (!beyond) return
  const { param, box } = beyond
  const what = source ? 'the source' : 'the picture that is wanted'
  throw failure('invalid_value', {
    param,
    message: `Invalid '${param}': it reaches to ${box.x + box.width},${box.y + box.height}, and ${what} is ${whole.width}x${whole.height}. Nothing was kept or charged; keep it inside.`,
  })
}

/** What of a ticket the guard looks at, in pixels of the picture that came. */
export interface BoxesAsCame {
  protect: HandoffWishes['protect']
  subject: Box | null
  texts: DeclaredText[]
}

/** Shapes that differ by less are one: as the guard compares pictures. */
const SHAPE_TOLERANCE = 0.01

/**
 * Brings the places of a ticket to the picture that came: ChatGPT chooses its size by itself. In another shape nothing stands where it was to stand, so no place is left: texts are looked for in the
 * whole picture, and of an edit the guard says that it cannot be compared.
 */
export function boxesAsCame(
  { size, protect, subject = null }: Pick<HandoffWishes, 'size' | 'protect' | 'subject'>,
  texts: readonly HandoffText[],
  { source, came }: { source: Size | null; came: Size },
): BoxesAsCame {
  const whole = wholeOf(size, source) ?? came
  const isSameShape = Math.abs(whole.width * came.height - whole.height * came.width) <= SHAPE_TOLERANCE * whole.height * came.width
  const placed = (box: Box | null | undefined) => (isSameShape && box ? scaledTo(box, whole, came) : null)
  return {
    protect: protect.flatMap((box) => placed(box) ?? []),
    subject: placed(subject),
    texts: texts.map(({ text, lang, box }) => ({ text, lang, box: placed(box) })),
  }
}

/** Null for one that lies beyond, as a place may where no size was wanted. */
function scaledTo({ x, y, width, height }: Box, whole: Size, came: Size): Box | null {
  const [across, down] = [came.width / whole.width, came.height / whole.height]
  const [left, top] = [Math.floor(x * across), Math.floor(y * down)]
  const [right, bottom] = [Math.ceil((x + width) * across), Math.ceil((y + height) * down)]
  return right > came.width || bottom > came.height ? null : { x: left, y: top, width: right - left, height: bottom - top }
}

function wholeOf(size: string | null, source: Size | null): Size | null {
  if (source !== null) return source
  if (size === null) return null
  const [width, height] = size.split('x').map(Number) as [number, number]
  return { width, height }
}
