import type { ContractWarning, ImageRequest, PixelSize } from '../contract/image-request.ts'
import type { ImageFacts } from '../pixels/index.ts'

/** What the upstream's answer says about its picture, beside the bytes. A member it left out is undefined or null. */
export interface ReportedFacts {
  model?: string | null
  size?: string | null
  quality?: string | null
  output_format?: string | null
  background?: string | null
}

/** Everything that is compared. */
export interface Comparison {
  request: ImageRequest
  /** The model id that went upstream where the route maps it to another name. */
  modelSent?: string
  /** Null when the bytes are no image we know; undefined when our own disk did not take them, so that nobody could look at them. */
  facts: ImageFacts | null | undefined
  reported: ReportedFacts
  /** Upstream's request id. */
  requestId: string | null
  /** Reported usage agrees with the token formula; null when it could not be compared. */
  usageOnFormula: boolean | null
}

/** What a signal is about. */
export type EvidenceSignal =
  | 'pixels'
  | 'format'
  | 'complete'
  | 'background'
  | 'size_echo'
  | 'format_echo'
  | 'quality_echo'
  | 'model_echo'
  | 'request_id'
  | 'usage'
  | 'content_credentials'

/**
 * One signal. `for`: as the declared model on an official route behaves; `against`: as routes that swap the model or
 * ignore the request behave; `none`: says nothing. No signal proves anything alone, honest routes have been misjudged by one.
 */
export interface Finding {
  signal: EvidenceSignal
  verdict: 'for' | 'against' | 'none'
  detail: string
}

/** What was asked, what came, and what the difference tells. Plain JSON, kept with the picture. */
export interface Evidence {
  asked: { model: string; size: string; quality: string; output_format: string; background: string }
  got: {
    model: string | null
    size: string | null
    quality: string | null
    output_format: string | null
    background: string | null
    width: number | null
    height: number | null
    format: string | null
    complete: boolean | null
    content_credentials: boolean | null
  }
  findings: Finding[]
  /** What the caller should know: a paid picture is delivered even when it is not what was asked. */
  warnings: ContractWarning[]
}

/** Compares a picture that came with the request it answers. Never fails: whatever cannot be compared is a `none`. */
export function compareWithRequest(comparison: Comparison): Evidence {
  const findings = [
    pixels(comparison),
    format(comparison),
    complete(comparison),
    background(comparison),
    sizeEcho(comparison),
    formatEcho(comparison),
    qualityEcho(comparison),
    modelEcho(comparison),
    requestId(comparison),
    usage(comparison),
    contentCredentials(comparison),
  ]
  return { asked: askedOf(comparison), got: gotOf(comparison), findings, warnings: findings.flatMap(warningOf) }
}

function askedOf({ request, modelSent }: Comparison): Evidence['asked'] {
  return {
    model: modelSent ?? request.modelAsked,
    size: sizeText(request.size),
    quality: request.quality,
    output_format: request.outputFormat,
    background: request.background,
  }
}

function gotOf({ facts, reported }: Comparison): Evidence['got'] {
  return {
    model: echo(reported.model),
    size: echo(reported.size),
    quality: echo(reported.quality),
    output_format: echo(reported.output_format),
    background: echo(reported.background),
    width: facts?.width ?? null,
    height: facts?.height ?? null,
    format: facts?.format ?? null,
    complete: facts?.complete ?? null,
    content_credentials: facts?.hasContentCredentials ?? null,
  }
}

/** What upstream reports is its own text: cut, and without control characters. */
function echo(value: string | null | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').slice(0, 100) : null
}

const sizeText = (size: 'auto' | PixelSize) => (size === 'auto' ? size : `${size.width}x${size.height}`)

const finding = (signal: EvidenceSignal, verdict: Finding['verdict'], detail: string): Finding => ({ signal, verdict, detail })

/** The area `auto` was seen to resolve to on gpt-image-2: about 1.57 megapixels, split by aspect and rounded (1254x1254, 1672x941, 1122x1402). */
const AUTO_PIXELS = 1_572_864
const AUTO_TOLERANCE = 0.02
const isAutoSized = (pixels: number) => Math.abs(pixels - AUTO_PIXELS) <= AUTO_PIXELS * AUTO_TOLERANCE

function pixels({ request, facts }: Comparison): Finding {
  if (!facts) return finding('pixels', 'none', 'the bytes are no image we know')
  const got = sizeText(facts)
  if (request.size === 'auto') return autoPixels(request, facts, got)
  const asked = sizeText(request.size)
  if (got === asked) return finding('pixels', 'for', `${got}, as asked`)
  const clamped = isAutoSized(facts.width * facts.height) ? ', the area of an automatic size' : ''
  return finding('pixels', 'against', `asked ${asked}, got ${got}${clamped}`)
}

function autoPixels(request: ImageRequest, facts: ImageFacts, got: string): Finding {
  if (!['gpt-image-2', 'gpt-image-2.5'].includes(request.model.tokenFormula))
    return finding('pixels', 'none', `${got}; any size is automatic for this model`)
  if (isAutoSized(facts.width * facts.height)) return finding('pixels', 'for', `${got}, the area this model chooses by itself`)
  return finding('pixels', 'against', `${got}; this model chooses about 1.57 megapixels by itself`)
}

function format({ request, facts }: Comparison): Finding {
  if (facts === undefined) return finding('format', 'none', 'nobody could look at the bytes')
  if (!facts) return finding('format', 'against', `asked ${request.outputFormat}, got bytes of no image format we know`)
  if (facts.format === request.outputFormat) return finding('format', 'for', `${facts.format}, as asked`)
  return finding('format', 'against', `asked ${request.outputFormat}, got ${facts.format}`)
}

function complete({ facts }: Comparison): Finding {
  if (!facts) return finding('complete', 'none', 'the bytes are no image we know')
  if (facts.complete) return finding('complete', 'none', 'the file ends where it should')
  return finding('complete', 'against', `the ${facts.format} ends before its end marker`)
}

function background({ request, facts }: Comparison): Finding {
  if (request.background !== 'transparent' || facts?.alpha == null) return finding('background', 'none', 'nothing to compare')
  if (facts.alpha) return finding('background', 'for', 'has an alpha channel, as asked')
  return finding('background', 'against', 'asked transparent, got a picture without alpha channel')
}

function sizeEcho({ facts, reported }: Comparison): Finding {
  const said = echo(reported.size)
  if (said === null || !facts) return finding('size_echo', 'none', 'not reported')
  if (said === sizeText(facts)) return finding('size_echo', 'for', `reported ${said}, as the picture is`)
  return finding('size_echo', 'against', `reported ${said}, the picture is ${sizeText(facts)}`)
}

function formatEcho({ facts, reported }: Comparison): Finding {
  const said = echo(reported.output_format)
  if (said === null || !facts) return finding('format_echo', 'none', 'not reported')
  if (said === facts.format) return finding('format_echo', 'for', `reported ${said}, as the picture is`)
  return finding('format_echo', 'against', `reported ${said}, the picture is ${facts.format}`)
}

function qualityEcho({ request, reported }: Comparison): Finding {
  const said = echo(reported.quality)
  if (said === null) return finding('quality_echo', 'none', 'not reported')
  if (said === 'auto') return finding('quality_echo', 'against', 'reported auto; official answers name the tier they used')
  if (request.quality !== 'auto' && said !== request.quality)
    return finding('quality_echo', 'against', `asked ${request.quality}, reported ${said}`)
  if (!(request.model.qualities as readonly string[]).includes(said))
    return finding('quality_echo', 'against', `reported ${said}, which the model does not have`)
  return finding('quality_echo', 'for', `reported ${said}`)
}

function modelEcho({ request, modelSent, reported }: Comparison): Finding {
  const said = echo(reported.model)
  if (said === null) return finding('model_echo', 'none', 'not reported; official image answers name no model')
  const names = [modelSent ?? request.modelAsked, request.model.id, ...request.model.aliases]
  if (names.includes(said)) return finding('model_echo', 'for', `reported ${said}`)
  return finding('model_echo', 'against', `asked ${names[0]}, reported ${said}`)
}

function requestId({ requestId: id }: Comparison): Finding {
  if (id === null) return finding('request_id', 'against', 'no x-request-id; official answers have one')
  if (id.startsWith('req_')) return finding('request_id', 'for', 'an x-request-id in the official form')
  return finding('request_id', 'none', 'an x-request-id in a form of its own')
}

function usage({ usageOnFormula }: Comparison): Finding {
  if (usageOnFormula === null) return finding('usage', 'none', 'no usage that could be compared')
  if (usageOnFormula) return finding('usage', 'for', 'tokens agree with the formula of the model')
  return finding('usage', 'against', 'tokens do not agree with the formula of the model')
}

function contentCredentials({ facts }: Comparison): Finding {
  if (facts?.hasContentCredentials) return finding('content_credentials', 'for', 'a C2PA manifest is embedded; it was not verified')
  return finding('content_credentials', 'none', 'no C2PA manifest; re-encoding removes it')
}

/** Which of the findings against are about the picture the caller gets, under which name, and which parameter it would look at. */
const warnings: Partial<Record<EvidenceSignal, { code: string; param: string | null }>> = {
  pixels: { code: 'size_not_honoured', param: 'size' },
  format: { code: 'format_not_honoured', param: 'output_format' },
  complete: { code: 'image_incomplete', param: null },
  background: { code: 'background_not_honoured', param: 'background' },
  quality_echo: { code: 'quality_not_honoured', param: 'quality' },
  model_echo: { code: 'model_not_honoured', param: 'model' },
}

function warningOf({ signal, verdict, detail }: Finding): ContractWarning[] {
  const warning = warnings[signal]
  return verdict === 'against' && warning ? [{ ...warning, message: `The picture is not what was asked: ${detail}.` }] : []
}
