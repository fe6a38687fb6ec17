import type { Operation, PixelSize } from '../../contract/image-request.ts'
import type { PromptDocument } from '../../contract/prompt-document.ts'
import { formatSize } from '../../contract/size-rules.ts'
import { placesOf } from '../check-document.ts'
import { contradictedShape } from './asked-shape.ts'
import { asksTransparency } from './asks-transparency.ts'
import { saysWhatStays } from './says-what-stays.ts'
import { asksSeveralChanges } from './several-changes.ts'
import { unlabelledTexts } from './unlabelled-texts.ts'
import { unquoted } from './unquoted.ts'

/** Something about a prompt that will probably disappoint. */
export interface PromptRemark {
  code: 'several_changes' | 'transparency_in_prompt' | 'prompt_contradicts_size' | 'edit_without_keep' | 'text_without_language'
  param: string
  message: string
}

/** What is known of the call that a prompt is for. */
export interface LintContext {
  operation: Operation
  /** Null where it is left to the model, or not known. */
  size: PixelSize | null
  /** The model draws transparent backgrounds, or Darkroom was asked to make one. */
  makesTransparency: boolean
  /** A mask or protected boxes already say what stays. */
  isBounded: boolean
  /** Texts that the call declares with their languages. */
  declaredTexts: readonly string[]
}

/**
 * Looks a prompt through, in English, Japanese and Chinese. It stays silent rather than being wrong: each remark has a table of
 * prompts that get it and of such that must not.
 * @param param how the remarks name the prompt
 */
export function lintPrompt(prompt: string, context: LintContext, param = 'prompt'): PromptRemark[] {
  const words = unquoted(prompt)
  return [
    ...(context.operation === 'edit' && asksSeveralChanges(words) ? [severalChanges(param)] : []),
    ...lintPicture(words, context, param),
    ...(context.operation === 'edit' && !context.isBounded && !saysWhatStays(words) ? [withoutKeep(param)] : []),
    ...(unlabelledTexts(prompt, context.declaredTexts).length > 0 ? [withoutLanguage(param)] : []),
  ]
}

/** The same of a document, place by place. */
export function lintDocument(document: PromptDocument, context: LintContext, param = 'document'): PromptRemark[] {
  const { kind, change, keep, texts } = document
  const declared = [...context.declaredTexts, ...texts.map(({ text }) => text)]
  const isOfPicture = (place: string) => !place.startsWith(`${param}.avoid`) && !place.startsWith(`${param}.texts`)
  const places = placesOf(document, param).filter((place) => isOfPicture(place.param))
  return [
    ...(change !== undefined && asksSeveralChanges(unquoted(change)) ? [severalChanges(`${param}.change`)] : []),
    ...places.flatMap(({ text, param: place }) => lintPicture(unquoted(text), context, place)),
    ...(kind === 'edit' && keep.length === 0 && !context.isBounded ? [withoutKeep(`${param}.keep`)] : []),
    ...places.filter(({ text }) => unlabelledTexts(text, declared).length > 0).map((place) => withoutLanguage(place.param)),
  ]
}

/** What holds of every picture, whoever asks for it. */
function lintPicture(words: string, { size, makesTransparency }: LintContext, param: string): PromptRemark[] {
  const shape = size && contradictedShape(words, size)
  return [
    ...(!makesTransparency && asksTransparency(words) ? [transparency(param)] : []),
    ...(shape ? [contradiction(param, shape, size!)] : []),
  ]
}

const severalChanges = (param: string): PromptRemark => ({
  code: 'several_changes',
  param,
  message:
    'It asks for several changes at once. One change an edit moves less of the rest, and can be undone by itself: make one edit of each.',
})

const transparency = (param: string): PromptRemark => ({
  code: 'transparency_in_prompt',
  param,
  message:
    'It asks for a transparent background in words. The model cannot draw one and tends to paint a chequered pattern: ask by background: "transparent" on a model that has it, or x-darkroom-transparency: key.',
})

const contradiction = (param: string, shape: string, size: PixelSize): PromptRemark => ({
  code: 'prompt_contradicts_size',
  param,
  message: `It says '${shape}', and the size is ${formatSize(size)}. The size decides: change one of them.`,
})

const withoutKeep = (param: string): PromptRemark => ({
  code: 'edit_without_keep',
  param,
  message: 'It does not say what stays as it is. Name what must not move (subject, framing, light, text), or send a mask.',
})

const withoutLanguage = (param: string): PromptRemark => ({
  code: 'text_without_language',
  param,
  message:
    'It quotes text for the picture without its language, so nothing can check it afterwards. Declare it with its language in texts.',
})
