import type { ContractWarning, ImageRequest } from '../../contract/image-request.ts'
import { lintDocument, lintPrompt } from '../../prompts/index.ts'
import type { CallAsk } from '../call-ask.ts'
import { mayDrawTransparency } from './lint-asked.ts'

/** What there is to remark on the prompt of a call before it is made; its stored document where it names one. */
export function remarksOnPrompt(request: ImageRequest, { promptDocument }: Pick<CallAsk, 'promptDocument'>): ContractWarning[] {
  const { operation, size, model, background, references, extension, prompt } = request
  const { texts, protect } = extension as { texts?: { text: string }[]; protect?: object[] }
  const context = {
    operation,
    size: size === 'auto' ? null : size,
    makesTransparency: background === 'transparent' || mayDrawTransparency(model),
    isBounded: (protect?.length ?? 0) > 0 || references.some(({ role }) => role !== 'image'),
    declaredTexts: texts?.map(({ text }) => text) ?? [],
  }
  return promptDocument ? lintDocument(promptDocument, context, 'darkroom.prompt') : lintPrompt(prompt, context)
}
