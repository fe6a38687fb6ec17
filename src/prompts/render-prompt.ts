import { failure } from '../contract/failure.ts'
import { type PromptDocument, promptDocumentLimits } from '../contract/prompt-document.ts'
import { requestBounds } from '../contract/request-fields.ts'
import { fillVariables, type PromptVariables, valuesOf } from './fill-variables.ts'

/** A text that the picture must show, as `darkroom.texts` of a call has it. */
export type VerbatimText = PromptDocument['texts'][number]

/** A document with its variables filled in. */
export interface RenderedPrompt {
  text: string
  /** Its verbatim texts, in their order; those that came to nothing are left out. */
  texts: VerbatimText[]
}

/**
 * Writes the prompt of a document: the same document with the same values always gives the same text. Values cannot add lines or sections.
 * @param param where the values came from, as refusals name it
 * @throws Failure `unknown_prompt_variable`, `missing_prompt_variable`, `invalid_value` for a purpose or change that came to nothing,
 * `string_above_max_length` for a whole that no model takes
 */
export function renderPrompt(document: PromptDocument, given: PromptVariables, param = 'variables'): RenderedPrompt {
  const filled = fillDocument(document, valuesOf(document, given, param), param)
  const text = sectionsOf(filled).join('\n\n')
  assertLength('prompt', text, requestBounds.promptCharactersMax)
  return { text, texts: filled.texts }
}

/** A document without variables: each item on one line, those that came to nothing left out. */
function fillDocument(document: PromptDocument, values: ReadonlyMap<string, string>, param: string): PromptDocument {
  const line = (text: string) => fillVariables(text, values).replaceAll(/\s+/g, ' ').trim()
  const lines = (texts: readonly string[]) => texts.map(line).filter((text) => text !== '')
  const { purpose, change, texts, references } = document
  const filled: PromptDocument = {
    ...document,
    purpose: line(purpose),
    ...(change === undefined ? {} : { change: line(change) }),
    requirements: lines(document.requirements),
    constraints: lines(document.constraints),
    fixed: lines(document.fixed),
    avoid: lines(document.avoid),
    keep: lines(document.keep),
    texts: texts.map((entry) => ({ ...entry, text: fillVariables(entry.text, values) })).filter(({ text }) => text !== ''),
    references: references.map(({ image, use }) => ({ image, use: line(use) })).filter(({ use }) => use !== ''),
    variables: [],
  }
  for (const name of ['purpose', 'change'] as const)
    if (filled[name] === '')
      throw failure('invalid_value', {
        param,
        message: `With these values the ${name} of the prompt is empty. Nothing was sent or charged.`,
      })
  for (const { text } of filled.texts) assertLength(param, text, promptDocumentLimits.textCharacters)
  return filled
}

function sectionsOf(document: PromptDocument): string[] {
  const { kind, purpose, change, requirements, constraints, fixed, texts, references, keep, avoid } = document
  const edit = kind === 'edit' ? [`Change only this: ${change}`, [...section('Keep unchanged:', keep), restStays].join('\n')] : []
  return [
    purpose,
    ...edit,
    ...section('The picture must show:', requirements),
    ...section('How it is made:', constraints),
    ...section('Exactly as said here, with nothing in its place:', fixed),
    ...section('Text in the picture, letter for letter as quoted:', texts.map(textLine)),
    ...section(
      'The pictures that come along:',
      references.map(({ image, use }) => `Image ${image}: ${use}`),
    ),
    ...section('Leave out:', avoid),
  ]
}

const restStays = 'Everything else stays exactly as it is.'

function section(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [[title, ...items.map((item) => `- ${item}`)].join('\n')]
}

function textLine({ text, lang, box }: VerbatimText): string {
  const place = box && `; in the box ${box.width} by ${box.height} pixels at ${box.x}, ${box.y} from the upper left`
  return `${quoted(text)} (language: ${lang}${place ?? ''})`
}

/** In the order of preference; the first again where a text holds every sign there is. */
const quotes = ['""', '“”', '「」', '«»', '„‟'] as const

/** A text between the first pair of quotation marks that it does not hold itself. */
function quoted(text: string): string {
  const [open, close] = (quotes.find((pair) => ![...pair].some((sign) => text.includes(sign))) ?? quotes[0]).split('') as [string, string]
  return `${open}${text}${close}`
}

function assertLength(param: string, text: string, most: number): void {
  const length = Array.from(text).length
  if (length <= most) return
  throw failure('string_above_max_length', {
    param,
    message: `Invalid '${param}': with these values the stored prompt comes to a text of ${length} characters, and ${most} are the most. Nothing was sent or charged; shorten the document or its values.`,
  })
}
