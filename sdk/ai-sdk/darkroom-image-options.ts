import { InvalidArgumentError, type SharedV3ProviderOptions, type SharedV3Warning } from '@ai-sdk/provider'
import type { api, EditRequest, GenerateRequest, PictureOptions } from '../src/index.ts'

/** What `providerOptions.darkroom` takes: OpenAI's fields as its own provider spells them, and what Darkroom adds. */
export interface DarkroomImageOptions extends Omit<PictureOptions, 'signal' | 'headers'> {
  quality?: GenerateRequest['quality']
  background?: GenerateRequest['background']
  outputFormat?: GenerateRequest['output_format']
  outputCompression?: number
  moderation?: GenerateRequest['moderation']
  complexity?: GenerateRequest['complexity']
  inputFidelity?: EditRequest['input_fidelity']
  frameCount?: number
  frameDurationMs?: number
  user?: string
  safetyIdentifier?: string
  /** Structures that Darkroom adds to a request: rectangles to protect, texts, rights, metadata. */
  darkroom?: api.DarkroomExtension
}

/** Options, sorted by where they go. */
export interface SortedOptions {
  fields: Record<string, unknown>
  options: PictureOptions
  warnings: SharedV3Warning[]
}

const fieldNames: Readonly<Record<string, string>> = {
  quality: 'quality',
  background: 'background',
  outputFormat: 'output_format',
  outputCompression: 'output_compression',
  moderation: 'moderation',
  complexity: 'complexity',
  inputFidelity: 'input_fidelity',
  frameCount: 'frame_count',
  frameDurationMs: 'frame_duration_ms',
  user: 'user',
  safetyIdentifier: 'safety_identifier',
  darkroom: 'darkroom',
}

const optionNames: ReadonlySet<string> = new Set<keyof PictureOptions>([
  'idempotencyKey',
  'route',
  'projectTag',
  'upstreamTimeoutMs',
  'partials',
  'review',
  'prompt',
  'rights',
  'strict',
  'cache',
  'mask',
  'maskSource',
  'transparency',
  'timeoutMs',
  'maxAttempts',
])

/**
 * Sorts `providerOptions`. What was written for OpenAI's own provider (`openai`) holds too, so that changing the provider does not change what is drawn;
 * a field of it that means nothing here is a warning.
 * @throws InvalidArgumentError for a name under `darkroom` that nobody knows: a misspelt quality would be a dearer picture
 */
export function sortOptions({ openai = {}, darkroom = {} }: SharedV3ProviderOptions): SortedOptions {
  const sorted: SortedOptions = { fields: {}, options: {}, warnings: [] }
  for (const [name, value] of Object.entries(openai)) {
    if (fieldNames[name] === undefined) sorted.warnings.push({ type: 'unsupported', feature: `providerOptions.openai.${name}` })
    else sorted.fields[fieldNames[name]] = value
  }
  for (const [name, value] of Object.entries(darkroom)) {
    if (fieldNames[name] !== undefined) sorted.fields[fieldNames[name]] = value
    else if (optionNames.has(name)) Object.assign(sorted.options, { [name]: value })
    else throw new InvalidArgumentError({ argument: `providerOptions.darkroom.${name}`, message: `darkroom has no option ${name}` })
  }
  return sorted
}
