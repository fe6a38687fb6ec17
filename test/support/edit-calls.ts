import { setTimeout as wait } from 'node:timers/promises'
import type { DriftReply, GenerationRecord, GuardReply } from '../../src/contract/record.ts'
import { maskWithHoles, scene } from './edit-pictures.ts'
import { readRecord, type SeenReply, seeReply } from './generation-calls.ts'
import type { TestGateway } from './test-gateway.ts'

/** Pixels of the picture that the tests edit: the smallest landscape size. */
export const roomSize = { width: 1024, height: 640 } as const
export const room = scene(roomSize.width, roomSize.height)
/** Where the usual mask is open. */
export const hole = { x: 300, y: 200, width: 200, height: 150 } as const
export const mask = maskWithHoles(roomSize.width, roomSize.height, [hole])

/** What a test may change about its edit. */
export interface EditAsk {
  prompt?: string
  /** Null for none. */
  mask?: Buffer | null
  headers?: Record<string, string>
  fields?: Record<string, string>
}

/** Edits the room and reads the answer and the record; the record is null when the call was refused. */
export async function editRoom(gateway: TestGateway, ask: EditAsk): Promise<SeenReply & { record: GenerationRecord | null }> {
  const { prompt = 'put a lamp there', mask: holes = mask, headers = {}, fields = {} } = ask
  const form = new FormData()
  const all = { model: 'gpt-image-2', prompt, size: `${roomSize.width}x${roomSize.height}`, quality: 'low', ...fields }
  for (const [name, value] of Object.entries(all)) form.append(name, value)
  form.append('image', new Blob([new Uint8Array(room)]), 'room.png')
  if (holes) form.append('mask', new Blob([new Uint8Array(holes)]), 'mask.png')
  const seen = await seeReply(gateway.fetch('/v1/images/edits', { method: 'POST', body: form, headers }))
  return { ...seen, record: seen.generationId === null ? null : await readRecord(gateway, seen.generationId) }
}

/** What the guard says of a picture, once it is judged. */
export async function settledGuard(gateway: TestGateway, imageId: string): Promise<GuardReply> {
  for (;;) {
    const guard = (await (await gateway.fetch(`/v2/images/${imageId}/guard`)).json()) as GuardReply
    if (guard.status !== 'pending') return guard
    await wait(50)
  }
}

/** The drift of a picture, once it is measured. */
export async function settledDrift(gateway: TestGateway, imageId: string): Promise<DriftReply> {
  for (;;) {
    const drift = (await (await gateway.fetch(`/v2/images/${imageId}/drift`)).json()) as DriftReply
    if (drift.status !== 'pending') return drift
    await wait(50)
  }
}
