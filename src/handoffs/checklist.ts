import type { HandoffWords } from './handoff-words.ts'

/** What a ticket asks for beside its words. */
export interface ChecklistFacts extends Pick<HandoffWords, 'texts' | 'remarks'> {
  operation: string
  size: string | null
  format: string | null
  /** How many places must stay as they are. */
  protectedPlaces: number
}

/** One thing to see to, in the order in which it is done. */
export interface ChecklistItem {
  id: string
  text: string
}

/** What whoever does it by hand sees to, from the first click to the upload. */
export function checklist(facts: ChecklistFacts): ChecklistItem[] {
  const { operation, size, format, texts, remarks, protectedPlaces } = facts
  const isEdit = operation === 'edit'
  return [
    item('new_chat', 'Begin a new chat, so that nothing said before has a part in the picture.'),
    ...(isEdit ? [item('source', 'Attach the source picture as it is here, not a screenshot of it: the result is compared with it.')] : []),
    item('prompt', 'Paste the prompt unchanged. Whatever you say after it is not on record.'),
    ...(size === null ? [] : [item('size', `Ask for ${size} pixels, and look at what came: ChatGPT chooses by itself.`)]),
    ...(isEdit ? [item('one_change', 'Only what the prompt says may be different; look at the whole picture for what else moved.')] : []),
    ...(protectedPlaces === 0
      ? []
      : [item('protected', `${protectedPlaces} marked ${protectedPlaces === 1 ? 'place' : 'places'} must be as in the source.`)]),
    ...texts.map(({ text, lang }, place) => item(`text_${place + 1}`, `Read letter by letter, at full size (${lang}): ${text}`)),
    item('rights', 'Nothing in it that you have no right to: faces, names, brands, pictures of others.'),
    ...remarks.map((remark, place) => item(`remark_${place + 1}`, remark)),
    item(
      'original',
      `Download the file itself${format === null ? '' : ` (${format} is wanted)`}: a screenshot has other pixels and loses its content credentials.`,
    ),
    item('upload', 'Upload it with this ticket, before it expires. Each ticket takes one picture.'),
  ]
}

const item = (id: string, text: string): ChecklistItem => ({ id, text })
