import { parseSize } from '../contract/size-rules.ts'
import type { ContractFacts, GatedCapabilities, GatedRoute } from './gated-route.ts'
import { planProbes } from './plan-probes.ts'
import type { Probe, ProbeCredentials, ProbeResult } from './probe.ts'
import { transparencyExpected } from './suitable-probes.ts'

/** Numbers in [0, 1) from a seed. */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export const wholeRow: GatedCapabilities = {
  sizes: 'model',
  qualities: 'model',
  formats: 'model',
  transparency: true,
  streaming: true,
  edits: true,
  mask: true,
  contentCredentials: 'kept',
}

/** A provider of gpt-image-2.5 that declares everything and charges by tokens. */
export function gatedRoute(changes: Partial<GatedRoute> = {}): GatedRoute {
  return {
    id: 'studio-api',
    owner: 'Studio API Ltd',
    kind: 'provider',
    isOfficialHost: false,
    protocol: 'openai',
    modelAsked: 'gpt-image-2.5-sunburst',
    modelSent: 'gpt-image-2.5-sunburst',
    model: {
      sizes: 'free',
      qualities: ['low', 'medium', 'high', 'xhigh', 'max'],
      outputFormats: ['png', 'jpeg', 'webp'],
      transparent: 'yes',
    },
    operations: ['generate', 'edit'],
    capabilities: wholeRow,
    priceKind: 'tokens',
    speaksUnknownKeys: true,
    namesSize: true,
    ...changes,
  }
}

/** A route that declares no sizes and qualities and charges by the call, as laozhang.ai's default group does. */
export const flatRoute = (changes: Partial<GatedCapabilities> = {}): GatedRoute =>
  gatedRoute({ priceKind: 'per_call', capabilities: { ...wholeRow, sizes: [], qualities: [], transparency: null, ...changes } })

export function contractFacts(changes: Partial<ContractFacts> = {}): ContractFacts {
  return {
    accountOwner: 'Example GmbH',
    support: 'support@studio.example',
    abuse: 'abuse@studio.example',
    terms: { url: 'https://studio.example/terms', read_on: '2026-11-20', by: 'J. Doe' },
    failedCalls: { timeout: 'charged', policy: 'free', retry: 'charged' },
    rights: { store: true, commercial: true, delete: true, redistribute: 'with credit' },
    priceCard: 'studio-tokens',
    missing: [],
    ...changes,
  }
}

export const apiCredentials: ProbeCredentials = {
  present: true,
  valid: 'intact',
  claim_generator: 'OpenAI-API c2pa-rs/0.36.1',
  signals: [{ signal: 'c2pa_claim_generator', verdict: 'for', signature: 'openai_api_claim_generator', detail: 'as the API signs' }],
}
export const chatgptCredentials: ProbeCredentials = {
  present: true,
  valid: 'intact',
  claim_generator: 'ChatGPT c2pa-rs/0.36.1',
  signals: [{ signal: 'c2pa_claim_generator', verdict: 'against', signature: 'chatgpt_claim_generator', detail: 'made in ChatGPT' }],
}
export const noCredentials: ProbeCredentials = { present: false, valid: 'unchecked', claim_generator: null, signals: [] }
export const brokenCredentials: ProbeCredentials = {
  ...apiCredentials,
  valid: 'broken',
  signals: [{ signal: 'c2pa_manifest', verdict: 'against', signature: 'manifest_broken', detail: 'changed since' }],
}

/** Tokens of the test's own formula: what matters is that they follow size and quality. */
const tokensOf = (quality: string | null, pixels: number) => Math.ceil((pixels / 4096) * (quality === 'medium' ? 1.5 : 1))

/** A probe that has no answer yet, with what would be sent. */
export function askedOf(route: GatedRoute, { name, body, wireChanges, modelSent }: Probe): ProbeResult {
  const sent = { ...body, ...wireChanges }
  const text = (member: string) => (typeof sent[member] === 'string' ? (sent[member] as string) : null)
  return {
    probe: name,
    sent: false,
    ended: 'not_run',
    httpStatus: null,
    errorCode: null,
    errorIsEnvelope: false,
    requestId: null,
    asked: {
      size: text('size'),
      quality: text('quality'),
      format: text('output_format'),
      model: modelSent ?? route.modelSent,
      background: text('background'),
    },
    got: null,
    reported: { model: null, size: null, quality: null, outputFormat: null },
    usage: null,
    expectedImageOut: null,
    usageOnFormula: null,
    credentials: null,
    costNanos: 0n,
    generationId: null,
  }
}

/** What a picture of these pixels and this quality is answered with, usage and all. */
export function drawn(result: ProbeResult, size: { width: number; height: number }, quality = result.asked.quality): Partial<ProbeResult> {
  const imageOut = tokensOf(quality, size.width * size.height)
  const format = result.asked.format ?? 'png'
  return {
    sent: true,
    ended: 'picture',
    httpStatus: 200,
    requestId: 'req_0123456789abcdef',
    got: { ...size, format, alpha: result.asked.background === 'transparent' },
    reported: { model: result.asked.model, size: `${size.width}x${size.height}`, quality: quality ?? 'low', outputFormat: format },
    usage: { imageOut },
    expectedImageOut: imageOut,
    usageOnFormula: true,
    credentials: apiCredentials,
    costNanos: BigInt(imageOut) * 30_000n,
    generationId: 'gen_1',
  }
}

const refused: Partial<ProbeResult> = {
  sent: true,
  ended: 'refused',
  httpStatus: 400,
  errorCode: 'invalid_value',
  errorIsEnvelope: true,
  requestId: 'req_0123456789abcdef',
  generationId: 'gen_1',
}

/** The members that a call without an answer has. */
export const unreachable: Partial<ProbeResult> = {
  ended: 'failed',
  httpStatus: null,
  errorCode: null,
  requestId: null,
  got: null,
  usage: null,
  usageOnFormula: null,
  expectedImageOut: null,
  credentials: null,
  costNanos: 0n,
}

/** The area a model chooses by itself. */
export const autoSize = { width: 1672, height: 941 }

/** Changes an honest answer; what it leaves out stays. */
export type Twist = (honest: ProbeResult, route: GatedRoute) => Partial<ProbeResult>

/** The probes of a route, answered as an honest one answers, but for what the twists make of it. */
export function answered(route: GatedRoute, twists: readonly Twist[] = [], seed = 7): ProbeResult[] {
  return planProbes(route, seededChance(seed)).probes.map((probe) => {
    const asked = askedOf(route, probe)
    const result: ProbeResult = { ...asked, ...honestAnswer(route, probe, asked) }
    for (const twist of twists) Object.assign(result, twist(result, route))
    return result
  })
}

function honestAnswer(route: GatedRoute, probe: Probe, asked: ProbeResult): Partial<ProbeResult> {
  if (probe.expects === 'refusal') return refused
  if (probe.name === 'transparent' && transparencyExpected(route) === 'either') return refused
  return drawn(asked, parseSize(asked.asked.size ?? '') ?? autoSize)
}

const ofPictures =
  (change: (honest: ProbeResult) => Partial<ProbeResult>): Twist =>
  (honest) =>
    honest.ended === 'picture' ? change(honest) : {}

/** Everything routes were seen to do, one at a time. */
export const twists = {
  flatPrice: ofPictures(() => ({ usage: null, expectedImageOut: null, usageOnFormula: null })),
  ignoresSize: ofPictures((honest) => drawn(honest, { width: 1024, height: 1024 })),
  ignoresQuality: ofPictures(({ got, ...rest }) => drawn({ ...rest, got }, got!, 'low')),
  takesAnyModel: (honest) => (honest.probe === 'nonsense_model' ? drawn(honest, parseSize(honest.asked.size ?? '') ?? autoSize) : {}),
  dropsUsage: ofPictures(() => ({ usage: null, usageOnFormula: null, expectedImageOut: null })),
  dropsRequestId: () => ({ requestId: null }),
  signsAsChatgpt: ofPictures(() => ({ credentials: chatgptCredentials })),
  stripsCredentials: ofPictures(() => ({ credentials: noCredentials })),
  breaksCredentials: ofPictures(() => ({ credentials: brokenCredentials })),
  forcesPng: ofPictures(({ got }) => ({ got: { ...got!, format: 'png' } })),
  drawsAutoArea: ofPictures((honest) => ({ ...drawn(honest, autoSize), credentials: honest.credentials, usage: honest.usage })),
  saysAuto: ofPictures(({ reported }) => ({ reported: { ...reported, size: 'auto', quality: 'auto' } })),
  isUnreachable: () => unreachable,
} satisfies Record<string, Twist>
