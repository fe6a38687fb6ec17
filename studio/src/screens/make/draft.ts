import type { api, GenerateRequest, PromptDocument } from '#sdk'
import { fittingSize } from './size-rules.ts'

type Quality = NonNullable<NonNullable<GenerateRequest['quality']>>
/** Formats that need nothing beside their name. */
export const plainFormats = ['png', 'jpeg', 'webp'] as const
type Format = (typeof plainFormats)[number]

/** A text that must appear letter for letter. */
export interface VerbatimText {
  text: string
  lang: string
}

/** What somebody is about to have made: everything that stands in the form. */
export interface Draft {
  mode: 'plain' | 'structured'
  prompt: string
  /** Parts of a structured prompt; lists have one item a line. */
  parts: Record<PartName, string>
  texts: VerbatimText[]
  model: string
  /** `auto` or `1024x1536`, always one that the model draws. */
  size: string
  /** True while width and height are typed by hand. */
  isOwnSize: boolean
  quality: Quality
  format: Format
  /** 0 to 100; not for PNG. */
  compression: number
  n: number
  partials: number
  /** Whether a person shall look at it before it is used. */
  isReviewed: boolean
  /** The kept prompt that the structured one was saved as; its next change is a version of it. */
  promptId: string | null
  /** The edit that an example goes on with. */
  thenEdit: string | null
}

/** Parts of a structured prompt, in the order in which people think. */
export const partNames = ['purpose', 'requirements', 'constraints', 'fixed', 'avoid'] as const
export type PartName = (typeof partNames)[number]

/** Cheap and harmless: the lowest quality, one picture, no previews, and nothing is used that nobody has looked at. */
export const emptyDraft: Draft = {
  mode: 'plain',
  prompt: '',
  parts: { purpose: '', requirements: '', constraints: '', fixed: '', avoid: '' },
  texts: [],
  model: 'gpt-image-2',
  size: '1024x1024',
  isOwnSize: false,
  quality: 'low',
  format: 'png',
  compression: 90,
  n: 1,
  partials: 0,
  isReviewed: true,
  promptId: null,
  thenEdit: null,
}

/** What a model's row says that a draft is held to. */
export type Capabilities = Pick<api.ModelCapabilities, 'sizes' | 'qualities' | 'output_formats' | 'max_n'>

/** The draft with whatever the model does not do replaced by the nearest that it does. */
export function fitDraft(draft: Draft, { sizes, qualities, output_formats, max_n }: Capabilities): Draft {
  const size = fittingSize(draft.size, sizes)
  return {
    ...draft,
    size,
    isOwnSize: draft.isOwnSize && sizes.rule === 'free' && size !== 'auto',
    quality: draft.quality === 'auto' || qualities.includes(draft.quality) ? draft.quality : 'auto',
    format: output_formats.includes(draft.format) ? draft.format : 'png',
    n: Math.min(draft.n, max_n),
  }
}

/** A structured draft as the gateway keeps it. */
export function documentOf({ parts, texts }: Pick<Draft, 'parts' | 'texts'>): PromptDocument {
  const lines = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
  return {
    purpose: parts.purpose.replaceAll(/\s+/g, ' ').trim(),
    requirements: lines(parts.requirements),
    constraints: lines(parts.constraints),
    fixed: lines(parts.fixed),
    avoid: lines(parts.avoid),
    texts: filledTexts({ texts }),
  }
}

/** The words of a draft as a call has them: its own, or a prompt that is kept. */
export type PromptSource = { prompt: string } | { kept: { id: string; version: number } }

/** The call that a draft comes to. It streams: what is asked for is seen as it comes. */
export function requestOf(draft: Draft, source: PromptSource): GenerateRequest & { stream: true } {
  // Those of a kept prompt come with it.
  const texts = 'prompt' in source ? filledTexts(draft) : []
  const extension = {
    ...('kept' in source ? { prompt: source.kept } : {}),
    ...(texts.length > 0 ? { texts } : {}),
    ...(draft.isReviewed ? { review: 'required' as const } : {}),
  }
  return {
    model: draft.model,
    ...('prompt' in source ? { prompt: source.prompt } : {}),
    size: draft.size,
    quality: draft.quality,
    output_format: draft.format,
    ...(draft.format === 'png' ? {} : { output_compression: draft.compression }),
    n: draft.n,
    stream: true,
    partial_images: draft.partials,
    ...(Object.keys(extension).length > 0 ? { darkroom: extension } : {}),
  } as GenerateRequest & { stream: true }
}

/** Texts that are more than an empty row. */
function filledTexts({ texts }: Pick<Draft, 'texts'>): VerbatimText[] {
  return texts.filter(({ text }) => text.trim() !== '')
}

/** True for a draft that says nothing yet. */
export function isUnsaid({ mode, prompt, parts }: Draft): boolean {
  return (mode === 'plain' ? prompt : parts.purpose).trim() === ''
}
