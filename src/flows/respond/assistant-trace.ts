import { createHash } from 'node:crypto'
import { promptDifference } from '../../contract/prompt-difference.ts'
import type { AssistantTrace } from '../../contract/record.ts'
import { imageCallType } from '../../contract/stream-events.ts'
import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import type { KeptImage } from '../keep-images.ts'
import { statusOf } from './new-turn.ts'
import { type ImageItem, textOf } from './response-items.ts'
import type { ResponseRun } from './response-run.ts'

/** What came of an assistant call. */
interface CameOfIt {
  response: JsonObject
  items: readonly ImageItem[]
  images: readonly KeptImage[]
}

/** The chain main model → tool calls → pictures, as the record shows it: hashes and counts of words, never the words. */
export function assistantTrace(run: ResponseRun, came: CameOfIt): AssistantTrace {
  const { request, cards, sent } = run
  const { response, items } = came
  return {
    main_model: request.mainModel.asked,
    main_model_priced: cards.main !== null,
    response_id: textOf(response, 'id'),
    call_ids: items.map(({ id }) => id),
    previous_response_id: request.previousResponseId,
    reasoning_effort: request.reasoningEffort,
    complexity: request.imageTool?.planning ?? null,
    background: request.background,
    store: request.store,
    replayed_images: sent.replayedImages.length,
    trace: [mainStep(response), ...outputSteps(run, came)],
  }
}

type Step = AssistantTrace['trace'][number]

function mainStep(response: JsonObject): Step {
  return { step: 'main_model', model: textOf(response, 'model') ?? '', response_id: textOf(response, 'id'), status: statusOf(response) }
}

function outputSteps(run: ResponseRun, { response, items, images }: CameOfIt): Step[] {
  const output = Array.isArray(response['output']) ? response['output'].filter(isJsonObject) : []
  return output.map((item) => {
    const call = items.find((one) => one.item === item)
    if (item['type'] !== imageCallType || call === undefined) return otherStep(item)
    const kept = images.find(({ index }) => index === call.image)
    return {
      step: 'tool_call',
      call_id: call.id,
      status: textOf(item, 'status') ?? '',
      action: textOf(item, 'action'),
      image_ids: kept ? [kept.id] : [],
      revised_prompt: revised(run.request.prompt, textOf(item, 'revised_prompt')),
      error: errorOf(item),
    }
  })
}

function otherStep(item: JsonObject): Step {
  return { step: 'other_item', type: textOf(item, 'type') ?? '', id: textOf(item, 'id'), status: textOf(item, 'status') }
}

function revised(asked: string, prompt: string | null) {
  if (prompt === null) return null
  const { wordsAdded, wordsRemoved } = promptDifference(asked, prompt)
  return { sha256: createHash('sha256').update(prompt).digest('hex'), words_added: wordsAdded, words_removed: wordsRemoved }
}

function errorOf(item: JsonObject) {
  const error = item['error']
  if (!isJsonObject(error)) return null
  return { code: textOf(error, 'code'), message: textOf(error, 'message') ?? '' }
}
