import type { JsonValue } from '../primitives/json.ts'
import { type Failure, failure } from './failure.ts'
import { missing, quote, wrongType } from './field-rules.ts'
import { retiredModel } from './find-image-model.ts'
import type { ContractWarning } from './image-request.ts'
import { warning } from './request-rules.ts'
import type { ResponseCheckContext } from './response-check-context.ts'
import type { ResponseRequest } from './response-request.ts'

/** What the main model of a call comes to. */
export type ReadMainModel = ResponseRequest['mainModel'] | Failure

/** Names that OpenAI gives its image models, bare or as providers spell them (`openai/…`): they tell a model that the catalogue does not know yet. */
const imageModelName = /(?:^|\/)(?:gpt-image|chatgpt-image|dall-e)/i

/** Reads the top-level `model` of a Responses call: a mainline model, never one that draws. */
export function readMainModel(asked: JsonValue | undefined, context: ResponseCheckContext): ReadMainModel {
  if (asked === undefined || asked === null) return missing('model')
  if (typeof asked !== 'string') return wrongType('model', 'a string', asked)
  if (imageModelName.test(asked) || isImageModel(asked, context)) return imageModelAsMain(asked, context)
  const found = context.mainModels.find(asked, context.atMs)
  if (found?.retired) return context.as === 'upstream' ? notThere(asked) : retiredModel('model', asked, found.row)
  if (!found && (asked === '' || context.unknownModels === 'refuse')) return notThere(asked)
  return { asked, row: found?.row ?? null }
}

/** By name: a catalogue may let one model stand in for ids that are not its own. */
function isImageModel(asked: string, { catalogue, atMs }: ResponseCheckContext): boolean {
  const row = catalogue.find(asked, atMs)?.row
  return row !== undefined && [row.id, ...row.aliases].includes(asked)
}

function imageModelAsMain(asked: string, { as }: ResponseCheckContext): Failure {
  if (as === 'upstream') {
    const message = `The model ${quote(asked)} is not supported with the Responses API.`
    return failure('image_model_as_main', { param: 'model', publicCode: 'invalid_value', message })
  }
  return failure('image_model_as_main', {
    param: 'model',
    message:
      `${quote(asked)} draws pictures; it cannot lead a conversation, so it cannot be the model of a Responses call. Nothing was charged. ` +
      `What works: a main model with the tool, {"model": "gpt-5.4", "input": "…", "tools": [{"type": "image_generation", "model": ${JSON.stringify(asked.slice(0, 100))}}]}; ` +
      `or, for a single picture, POST /v1/images/generations with {"model": ${JSON.stringify(asked.slice(0, 100))}, "prompt": "…"}.`,
  })
}

function notThere(asked: string): Failure {
  return failure('model_not_found', { param: 'model', message: `The model ${quote(asked)} does not exist.` })
}

/** What there is to say of a main model that was accepted. */
export function remarksOnMainModel({ asked, row }: ResponseRequest['mainModel'], context: ResponseCheckContext): ContractWarning[] {
  if (context.as === 'upstream') return []
  const priced = context.isPricedMainModel?.(asked) ?? row !== null
  const ends = row === null || row.until === null ? [] : [`The model '${row.id}' stops answering on ${row.until}.`]
  return [...ends.map((message) => warning('model_shuts_down', 'model', message)), ...(priced ? [] : [unpricedMainModel(asked)])]
}

function unpricedMainModel(asked: string): ContractWarning {
  return warning(
    'unpriced_main_model',
    'model',
    `No price card names the main model ${quote(asked)}: the call counts at the project's ceiling for Responses, never at zero.`,
  )
}
