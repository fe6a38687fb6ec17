import type { JsonObject } from '../primitives/json.ts'
import type { CallerFiles, PictureOrder } from './picture-desk.ts'
import { ToolFault } from './tool-fault.ts'
import type { CallInput } from './tool-inputs.ts'

/** What makes a call an order. */
interface OrderWishes {
  idempotency_key?: string | undefined
  keep_outside_mask?: boolean | undefined
}

/** The call that a tool's arguments stand for. Records say that it came this way. */
export async function orderOf(input: CallInput & OrderWishes, files: CallerFiles | null): Promise<PictureOrder> {
  const { prompt, model, size, quality, n, background, output_format, images, mask } = input
  const scalars = Object.entries({ prompt, model, size, quality, n, background, output_format }).filter(([, value]) => value !== undefined)
  const request: JsonObject = { ...Object.fromEntries(scalars), darkroom: { metadata: { via: 'mcp' } } }
  if (images !== undefined) request['images'] = await Promise.all(images.map((image) => reference(image, files)))
  if (mask !== undefined) request['mask'] = await reference(mask, files)
  return {
    operation: images === undefined ? 'generate' : 'edit',
    request,
    idempotencyKey: input.idempotency_key ?? null,
    strictMask: input.keep_outside_mask ?? false,
  }
}

async function reference(picture: string, files: CallerFiles | null): Promise<JsonObject> {
  if (/^(?:img|file)[_-][\w-]+$/.test(picture)) return { file_id: picture }
  if (/^(?:https?:\/\/|data:)/i.test(picture)) return { image_url: picture }
  if (files !== null) return { image_url: await files.read(picture) }
  throw new ToolFault('A picture is named by its id (img_… or file_…), an https address or a data URL. Nothing was sent or charged.', {
    param: 'images',
  })
}
