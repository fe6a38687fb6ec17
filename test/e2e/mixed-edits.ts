import { createCanvas } from '@napi-rs/canvas'
import { type Area, maskWithHoles, scene } from '../support/edit-pictures.ts'
import { promptWith } from '../support/generation-calls.ts'
import { sha256 } from '../support/picture-bytes.ts'
import type { SeededChance } from '../support/seeded-chance.ts'
import { brokenCalls } from './broken-call-table.ts'
import { FORM_TYPE, filePart, rawForm, textParts } from './raw-form.ts'

/** One edit of the mixture, ready to be sent. */
export interface MixedEdit {
  /** `/v1/images/edits`, or `/v1/images/generations` for a background that is keyed out. */
  path: string
  contentType: string
  body: string | Buffer<ArrayBuffer>
  headers: Record<string, string>
  /** Hashes of the pictures the caller gives, images first; the mask is not among them when it is to be made into another one. */
  given: string[]
  /** The check refuses it. */
  isRefused: boolean
  /** Words of the fault grammar; empty for a healthy call. */
  script: string
  /** The client leaves after so many bytes of the answer; null = it stays. */
  leavesAfterBytes: number | null
}

interface Ingredients {
  fields: Scene['fields'] & Record<string, unknown>
  darkroom: Record<string, unknown>
  headers: Record<string, string>
  images: Buffer[]
  mask: Buffer | null
  /** The mask that goes upstream is made of the caller's. */
  masksBrightness: boolean
}

/** Pictures of the shape that is asked for, small enough to be compared quickly. */
const WIDTH = 128
const HEIGHT = 80
const sources = [20, 260].map((hue) => scene(WIDTH, HEIGHT, hue))
/** Other shapes and formats, never first: only the first is compared with the result. */
const others = [photo(96, 60, 'jpeg'), scene(40, 100, 200), photo(60, 96, 'webp')]
const area: Area = { x: 10, y: 10, width: 40, height: 30 }
const hole = maskWithHoles(WIDTH, HEIGHT, [area])
const drawn = drawnMask(area)

const prompts = ['replace the background', '背景を変えて']

const refusals: readonly Partial<Ingredients>[] = [
  { images: [] },
  { images: [Buffer.from('<!DOCTYPE html><html></html>')] },
  { images: [sources[0]!.subarray(0, 900)] },
  { images: Array(17).fill(sources[0]) },
  { mask: maskWithHoles(HEIGHT, WIDTH, []) },
  { mask: photo(WIDTH, HEIGHT, 'jpeg') },
  { headers: { 'x-darkroom-mask': 'strict' } },
  { darkroom: { rights: ['one', 'two', 'three', 'four', 'five'] } },
]

/** What can go wrong with an edit's picture beside what can go wrong with any call. */
const pictureFaults = ['drift', 'recolour=40', 'shift=4,-2', 'ignoremask', 'garble', 'size=1024x1024', 'scale=1.1']
const scripts = [...new Set(brokenCalls.map(({ script }) => script)), ...pictureFaults, ...pictureFaults]

/** What the sandbox paints. There are few, so that it paints each once and has it from then on; they are asked for in many ways. */
interface Scene {
  fields: { model: string; prompt: string; size: string; output_format: string; n: number }
  images: Buffer[]
  mask: 'none' | 'alpha' | 'brightness'
}

const SCENES = 16

/** Makes the mixture: forms and JSON of every shape, then refusals, faults and clients that leave. */
export function mixedEdits(chance: SeededChance, count: number): MixedEdit[] {
  const scenes = Array.from({ length: SCENES }, (_, place) => sceneOf(chance, place))
  return Array.from({ length: count }, () => mixedEdit(chance, chance.pick(scenes)))
}

/**
 * Most results have another shape than their source, so that their drift is found not to be comparable at once.
 * @param place what is varied by it is in every mixture
 */
function sceneOf(chance: SeededChance, place: number): Scene {
  const model = place % 4 < 2 ? 'gpt-image-2' : chance.pick(['gpt-image-2.5-flare', 'gpt-image-1-mini'])
  const size = model === 'gpt-image-1-mini' ? '1024x1024' : place % 3 === 0 ? '1024x640' : '816x816'
  return {
    fields: { model, prompt: chance.pick(prompts), size, output_format: chance.pick(['png', 'png', 'webp']), n: chance.pick([1, 1, 1, 2]) },
    images: [chance.pick(sources), ...others.slice(0, chance.pick([0, 0, 1, 3]))],
    mask: (['alpha', 'none', 'alpha', 'none', 'brightness'] as const)[place % 5]!,
  }
}

function mixedEdit(chance: SeededChance, scene: Scene): MixedEdit {
  if (chance.percent(4)) return keyedGeneration(chance)
  const usual = ingredients(chance, scene)
  if (chance.percent(8))
    return sealed(chance, { ...usual, mask: null, darkroom: {}, headers: {}, ...chance.pick(refusals) }, { isRefused: true })
  if (chance.percent(30)) return broken(chance, usual)
  return sealed(chance, usual, { leavesAfterBytes: chance.percent(8) ? chance.pick([0, 1, 500, 3000]) : null })
}

/** A fault on a model whose token formula is known: only there can an answer without usage be counted exactly. */
function broken(chance: SeededChance, usual: Ingredients): MixedEdit {
  const script = chance.pick(scripts)
  const limit: Record<string, string> = /silence|trickle/.test(script) ? { 'x-darkroom-timeout-ms': '1000' } : {}
  const fields = { ...usual.fields, model: 'gpt-image-2', prompt: promptWith(script, usual.fields.prompt) }
  return sealed(chance, { ...usual, fields, headers: { ...usual.headers, ...limit } }, { script })
}

function ingredients(chance: SeededChance, { fields, images, mask }: Scene): Ingredients {
  const streamed = chance.percent(40) ? { stream: true, partial_images: chance.whole(3) } : {}
  const usual = { fields: { ...fields, quality: 'low', ...streamed }, images, masksBrightness: mask === 'brightness' }
  const fitsStrictMask = mask !== 'none' && fields.size === '1024x640'
  const headers: Record<string, string> = fitsStrictMask && chance.percent(40) ? { 'x-darkroom-mask': 'strict' } : {}
  if (mask === 'brightness') return { ...usual, headers, mask: drawn, darkroom: { mask_mode: 'luminance' } }
  if (mask === 'alpha') return { ...usual, headers, mask: hole, darkroom: {} }
  return { ...usual, headers, mask: null, darkroom: chance.percent(20) ? { protect: [area], rights: 'own photograph' } : {} }
}

/** A background that the model refuses and Darkroom makes. */
function keyedGeneration(chance: SeededChance): MixedEdit {
  const prompt = chance.pick(prompts)
  const fields = { model: 'gpt-image-2', prompt, size: '816x816', quality: 'low', background: 'transparent' }
  return {
    ...plain,
    path: '/v1/images/generations',
    contentType: 'application/json',
    body: JSON.stringify(fields),
    headers: { 'x-darkroom-transparency': 'key' },
  }
}

const plain = { given: [] as string[], isRefused: false, script: '', leavesAfterBytes: null }

function sealed(chance: SeededChance, made: Ingredients, how: Partial<MixedEdit>): MixedEdit {
  const given = [...made.images, ...(made.mask && !made.masksBrightness ? [made.mask] : [])].map(sha256)
  const sent = chance.percent(60) ? asForm(made, chance.percent(50)) : asJson(made)
  return { ...plain, path: '/v1/images/edits', ...sent, headers: made.headers, given, ...how }
}

function asForm({ fields, darkroom, images, mask }: Ingredients, asList: boolean): Pick<MixedEdit, 'contentType' | 'body'> {
  const extension = Object.keys(darkroom).length > 0 ? { darkroom: JSON.stringify(darkroom) } : {}
  const parts = [
    ...textParts({ ...fields, ...extension }),
    ...images.map((image, index) => filePart(asList ? 'image[]' : `image[${index}]`, image)),
    ...(mask ? [filePart('mask', mask, 'mask.png')] : []),
  ]
  return { contentType: FORM_TYPE, body: rawForm(parts) }
}

function asJson({ fields, darkroom, images, mask }: Ingredients): Pick<MixedEdit, 'contentType' | 'body'> {
  const extension = Object.keys(darkroom).length > 0 ? { darkroom } : {}
  const pictures = { images: images.map((image) => ({ image_url: dataUrl(image) })), ...(mask && { mask: { image_url: dataUrl(mask) } }) }
  return { contentType: 'application/json', body: JSON.stringify({ ...fields, ...extension, ...pictures }) }
}

const dataUrl = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`

function photo(width: number, height: number, format: 'jpeg' | 'webp'): Buffer {
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  for (let x = 0; x < width; x += 3) {
    context.fillStyle = `hsl(${(x * 7) % 360} 60% 50%)`
    context.fillRect(x, 0, 3, height)
  }
  return canvas.toBuffer(`image/${format}` as 'image/jpeg')
}

function drawnMask({ x, y, width, height }: Area): Buffer {
  const canvas = createCanvas(WIDTH, HEIGHT)
  const context = canvas.getContext('2d')
  context.fillStyle = '#000'
  context.fillRect(0, 0, WIDTH, HEIGHT)
  context.fillStyle = '#fff'
  context.fillRect(x, y, width, height)
  return canvas.toBuffer('image/png')
}
