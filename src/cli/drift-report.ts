import { setTimeout as pause } from 'node:timers/promises'
import type { DriftReply } from '../contract/record.ts'
import type { CommandContext } from './command.ts'
import type { GatewayClient } from './gateway-client.ts'
import { Progress } from './progress.ts'
import type { SavedImage } from './save-images.ts'

/** A measurement of a picture of a few megapixels takes less; a larger one is read later. */
const PATIENCE_MS = 15_000
const PAUSE_MS = 60

/** Waits a moment for what an edit changed to be measured, which goes on behind its answer. @returns one a picture, by its id */
export async function awaitDrifts(
  client: GatewayClient,
  saved: readonly SavedImage[],
  context: CommandContext,
): Promise<Map<string, DriftReply>> {
  using _ = new Progress(context.stderr, 'measuring what changed')
  const giveUpMs = performance.now() + PATIENCE_MS
  const drifts = new Map<string, DriftReply>()
  for (const { image } of saved) {
    const read = () => client.json<DriftReply>({ method: 'GET', path: `/v2/images/${image.id}/drift` })
    let drift = await read()
    while (drift.status === 'pending' && performance.now() < giveUpMs) {
      await pause(PAUSE_MS)
      drift = await read()
    }
    drifts.set(image.id, drift)
  }
  return drifts
}

/** What a measurement says, a sentence a line. @param hasMask whether there is an inside and an outside */
export function driftRemarks(drift: DriftReply, hasMask: boolean): string[] {
  if (drift.status === 'pending') return [`What changed is still being measured: GET /v2/images/${drift.image_id}/drift has it soon.`]
  if (drift.status === 'failed') return [`What changed could not be measured (${drift.error}).`]
  if (drift.status === 'not_comparable') return [`What changed cannot be told: the two pictures do not lie over one another.`]
  if (drift.status === 'not_applicable') return []
  return [changeRemark(drift, hasMask), ...shiftRemark(drift), ...drift.boxes.map((box, index) => boxRemark(box, index + 1))]
}

function changeRemark({ outside, inside }: DriftReply, hasMask: boolean): string {
  const within = inside === null ? '' : `${percent(inside.changed_fraction)} inside it`
  if (outside === null) return `Changed: ${within}; the mask keeps nothing.`
  const where = hasMask ? ' outside the mask' : ' of the picture'
  const rest = `Changed: ${percent(outside.changed_fraction)}${where} (similarity ${outside.ssim.toFixed(3)})`
  return hasMask && within !== '' ? `${rest}, ${within}.` : `${rest}.`
}

/** Shifts below a pixel, and scales that shift no edge by as much, are the jitter of a new encoding. */
function shiftRemark({ alignment }: DriftReply): string[] {
  if (alignment === null) return []
  const { shift_x, shift_y, scale } = alignment
  const isScaled = Math.abs(scale - 1) >= 0.002
  if (Math.hypot(shift_x, shift_y) < 1 && !isScaled) return []
  const scaled = isScaled ? ` and scaled to ${(scale * 100).toFixed(1)} %` : ''
  return [`The picture as a whole moved by ${shift_x.toFixed(1)}, ${shift_y.toFixed(1)} pixels${scaled}.`]
}

function boxRemark(box: DriftReply['boxes'][number], number: number): string {
  if (box === null) return `Protected rectangle ${number} lies outside of the picture.`
  const { x, y, width, height } = box.box
  return `Protected ${x},${y},${width},${height}: ${percent(box.changed_fraction)} changed (similarity ${box.ssim.toFixed(3)}).`
}

const SMALLEST_SHOWN = 0.001

/** A share for people: what rounds to nothing is told from nothing. */
function percent(share: number): string {
  if (share === 0) return '0 %'
  return share < SMALLEST_SHOWN ? '<0.1 %' : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
}
