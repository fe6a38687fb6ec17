import { promptWith } from '../support/generation-calls.ts'
import type { SeededChance } from '../support/seeded-chance.ts'
import { brokenCalls } from './broken-call-table.ts'

/** One call of the mixture. */
export interface MixedCall {
  body: object
  headers: Record<string, string>
  /** The check refuses it. */
  isRefused: boolean
  /** The client leaves after so many bytes of the answer; null = it stays. */
  leavesAfterBytes: number | null
}

/** Few enough that the sandbox paints each picture once and has it from then on. */
const prompts = ['a fox', '新茶入荷', 'a lighthouse at dusk, first flush']
const sizes = ['1024x640', '640x1024', '816x816', '1440x480']
/** Jpeg takes the sandbox longest to paint, so there is less of it. */
const formats = ['png', 'png', 'webp', 'jpeg']

const refusals: readonly object[] = [
  { size: '1000x1000' },
  { n: 11 },
  { n: '2' },
  { quality: 'ultra' },
  { prompt: '' },
  { model: 'dall-e-3' },
  { background: 'transparent' },
  { output_format: 'png', output_compression: 50 },
  { foo: 1 },
]

/** Scripts after which the ledger must agree with the invoice to the nano-dollar, or hold at least what was charged. */
const scripts = [...new Set(brokenCalls.map(({ script }) => script))]

/** Makes the mixture: mostly healthy calls of every shape, then refusals, faults and clients that leave. */
export function mixedCalls(chance: SeededChance, count: number): MixedCall[] {
  return Array.from({ length: count }, () => mixedCall(chance))
}

function mixedCall(chance: SeededChance): MixedCall {
  if (chance.percent(8)) return { ...staying, body: { ...healthyBody(chance, 'gpt-image-2'), ...chance.pick(refusals) }, isRefused: true }
  if (chance.percent(25)) return brokenCall(chance)
  const body = healthyBody(
    chance,
    chance.pick(['gpt-image-2', 'gpt-image-2', 'gpt-image-2.5-sunburst', 'gpt-image-2.6-flare', 'gpt-image-1-mini']),
  )
  return { ...staying, body, leavesAfterBytes: chance.percent(8) ? chance.pick([0, 1, 500, 3000]) : null }
}

const staying = { headers: {}, isRefused: false, leavesAfterBytes: null }

/** A fault on a model whose token formula is known: only there can an answer without usage be counted exactly. */
function brokenCall(chance: SeededChance): MixedCall {
  const script = chance.pick(scripts)
  const needsLimit = /silence|trickle/.test(script)
  const body = { ...healthyBody(chance, 'gpt-image-2'), prompt: promptWith(script, chance.pick(prompts)) }
  return { ...staying, body, headers: needsLimit ? { 'x-darkroom-timeout-ms': '1000' } : {} }
}

function healthyBody(chance: SeededChance, model: string): Record<string, unknown> {
  const output_format = chance.pick(formats)
  return {
    model,
    prompt: chance.pick(prompts),
    size: model === 'gpt-image-1-mini' ? '1024x1024' : chance.percent(10) ? 'auto' : chance.pick(sizes),
    quality: chance.pick(qualitiesOf(model)),
    output_format,
    n: chance.pick([1, 1, 2, 3, 4]),
    ...(output_format !== 'png' && chance.percent(30) ? { output_compression: 60 } : {}),
    ...(chance.percent(40) ? { stream: true, partial_images: chance.whole(4) } : {}),
  }
}

function qualitiesOf(model: string): readonly string[] {
  if (/2\.[56]/.test(model)) return ['low', 'medium', 'high', 'xhigh', 'max']
  return ['low', 'low', 'medium', 'high', 'auto']
}
