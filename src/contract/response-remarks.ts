import type { ContractWarning } from './image-request.ts'
import { warning } from './request-rules.ts'
import type { ResponseCheckContext } from './response-check-context.ts'
import type { ReadResponseInput } from './response-input.ts'
import type { ResponseRequest } from './response-request.ts'

/** What there is to say of a Responses call as a whole. */
export function remarksOnResponse(request: ResponseRequest, input: ReadResponseInput, { as }: ResponseCheckContext): ContractWarning[] {
  const remarks = [editWithoutImage(request), unseenPrompt(request)]
  if (as !== 'upstream') remarks.push(onePicture(request, input))
  return remarks.filter((remark) => remark !== null)
}

/** True for a call that nothing came before: no turn of a conversation, no picture of one. */
function beginsAfresh({ previousResponseId, conversationId, imageCallRefs }: ResponseRequest): boolean {
  return previousResponseId === null && conversationId === null && imageCallRefs.length === 0
}

/** The Image API makes the same picture without a main model to pay, and without one that rewrites the prompt. */
function onePicture(request: ResponseRequest, { userMessages, earlierItems }: ReadResponseInput): ContractWarning | null {
  const { imageTool, toolChoice, otherTools } = request
  if (imageTool === null || toolChoice === 'cannot' || otherTools.length > 0) return null
  if (!beginsAfresh(request) || userMessages !== 1 || earlierItems > 0) return null
  const endpoint = request.inputImages.length > 0 ? '/v1/images/edits' : '/v1/images/generations'
  return warning(
    'responses_for_one_picture',
    'tools',
    `One picture, no other tool and no earlier turn: POST ${endpoint} draws it without the cost and the detour of a main model.`,
  )
}

function editWithoutImage(request: ResponseRequest): ContractWarning | null {
  if (request.imageTool?.action !== 'edit' || request.inputImages.length > 0 || !beginsAfresh(request)) return null
  return warning(
    'edit_without_image',
    `tools[${request.imageTool.index}].action`,
    "action is 'edit', and neither the input nor an earlier turn brings a picture: OpenAI will answer with an error.",
  )
}

/** A prompt that is stored at OpenAI may hold a model, tools and words of its own. */
function unseenPrompt({ wire }: ResponseRequest): ContractWarning | null {
  if (!Object.hasOwn(wire, 'prompt') || wire.prompt === null) return null
  return warning(
    'stored_prompt_unseen',
    'prompt',
    'A prompt that is stored at OpenAI may bring tools of its own. Darkroom cannot check or price them beforehand.',
  )
}
