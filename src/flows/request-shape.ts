import { createHash } from 'node:crypto'
import type { DarkroomExtension } from '../contract/image-request.ts'
import type { GenerationRecord } from '../contract/record.ts'
import { formatSize } from '../contract/size-rules.ts'
import { isJsonObject } from '../primitives/json.ts'
import type { GenerationRun } from './generation-run.ts'
import { declaredTexts } from './guard/keep-texts.ts'
import type { KeptInput } from './keep-inputs.ts'
import { promptVersion } from './prompts/show-prompts.ts'
import { type RightsFacts, rightsOf } from './rights-of.ts'

/**
 * The loggable form of a request as it was asked: enough to explain cost, latency and differences, without the prompt's words.
 * Names are those of the production log record.
 */
export function requestShape(run: GenerationRun): GenerationRecord['request_shape'] {
  const { asked } = run
  return {
    prompt_sha256: createHash('sha256').update(asked.prompt).digest('hex'),
    prompt_version: storedPromptOf(asked.extension),
    ...inputShapes(run),
    size: asked.size === 'auto' ? 'auto' : formatSize(asked.size),
    quality: asked.quality,
    output_format: asked.outputFormat,
    output_compression: asked.outputCompression,
    background: asked.background,
    moderation: asked.moderation,
    n: asked.n,
    partial_images: asked.partialImages,
    stream: asked.stream,
    protect: protectedBoxes(asked.extension),
    subject: (asked.extension['subject'] ?? null) as GenerationRecord['request_shape']['subject'],
    texts: declaredTexts(asked.extension).length,
  }
}

/** The version of the stored prompt that a request was made from, `id@version`; null = none. Calls that name one passed `withStoredPrompt`. */
export function storedPromptOf({ prompt }: DarkroomExtension): string | null {
  if (!isJsonObject(prompt)) return null
  return promptVersion(String(prompt['id']), Number(prompt['version']))
}

/** What a request brought along, as its shape shows it. */
export function inputShapes(run: InputFacts) {
  const { inputs } = run
  return {
    input_image_count: inputs.filter(({ picture }) => picture.role === 'image').length,
    input_images: inputs.map((input, place) => inputShape(input, rightsOf(run, place))),
    mask_sha256: inputs.find(({ picture }) => picture.role === 'mask')?.sha256 ?? null,
  }
}

/** What is needed to say what a request brought along. */
export interface InputFacts extends Omit<RightsFacts, 'inputs'> {
  inputs: readonly KeptInput[]
}

/** The rectangles that an edit must leave as they are; they passed the extension's own check. */
function protectedBoxes({ protect }: DarkroomExtension): GenerationRecord['request_shape']['protect'] {
  return (protect ?? []) as GenerationRecord['request_shape']['protect']
}

function inputShape({ picture, given, source, sourceRef, sha256, bytes, sent, conversion }: KeptInput, rights: string | null) {
  return {
    role: picture.role,
    sha256,
    source,
    source_ref: sourceRef,
    width: given.width,
    height: given.height,
    format: given.format,
    bytes,
    rights,
    sent_sha256: sent.sha256,
    conversion,
  }
}
