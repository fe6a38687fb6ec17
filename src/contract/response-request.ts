import type { JsonObject } from '../primitives/json.ts'
import type { Failure } from './failure.ts'
import type { ContractWarning, DarkroomExtension, ImageRequest } from './image-request.ts'
import type { InputReference } from './input-picture.ts'
import type { MainModelRow } from './main-model-row.ts'

/** Keys and places from the top of a body down to one value: `['input', 0, 'content', 1]`. */
export type JsonPath = readonly (string | number)[]

/** What the tool is to do: draw anew, edit what is in the conversation, or whatever the main model decides. */
export type ImageToolAction = 'auto' | 'generate' | 'edit'

/** How much a main model thinks (openai 7.55.0 types). */
export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** The image tool of a Responses call, checked. */
export interface ImageTool {
  /** Its place in `tools`. */
  index: number
  action: ImageToolAction
  /** False where the tool names no model and upstream's default draws. */
  modelGiven: boolean
  /**
   * The settings in the form of an Image API request, so that pricing and records read both alike: `operation` is `respond`, `n` is 1 (one
   * picture a call of the tool, but the main model may call it several times), `prompt` the user's text, `references` every picture of the
   * input and then the mask, `wire` the tool object as it came.
   */
  request: ImageRequest
  /** Planning before drawing: the tool's own `complexity`, else an outer effort it can inherit, else the image model's default. */
  planning: { effort: 'low' | 'medium' | 'high' | null; from: 'tool' | 'reasoning' | 'default' }
}

/** What `tool_choice` comes to for the image tool: it may be called, it must be, one of several must be, or it cannot be called. */
export type ImageToolChoice = 'may' | 'must' | 'one_of_several' | 'cannot'

/** A picture of an earlier turn that the input names by id. */
export interface ImageCallReference {
  /** Where the item stands, for whoever must put bytes in its place. */
  path: JsonPath
  /** The same as errors write it: `input[2]`. */
  param: string
  /** Id of the item: `ig_…` for image calls. */
  id: string
  /** `item_reference` items name items of any kind: only the thread knows whether it was a picture. */
  kind: 'image_generation_call' | 'item_reference'
  /** The item carries the picture itself (`result`), as clients do that send an output back whole. */
  carriesResult: boolean
}

/** A Responses call that the contract accepted. What Darkroom does not understand of it is in `wire` alone, untouched. */
export interface ResponseRequest {
  operation: 'respond'
  /** `row` is null for a main model that the table does not know. */
  mainModel: { asked: string; row: MainModelRow | null }
  /** Null for a call that brings no image tool. */
  imageTool: ImageTool | null
  hasImageTool: boolean
  toolChoice: ImageToolChoice
  /** `type` of every other tool, in order, `unknown` where it has none: `web_search`, `function`. */
  otherTools: readonly string[]
  /** Bound of built-in tool calls in one response; null where the caller set none. */
  maxToolCalls: number | null
  reasoningEffort: ReasoningEffort | null
  stream: boolean
  background: boolean
  /** Whether upstream is asked to keep the response; its default is true. */
  store: boolean
  previousResponseId: string | null
  conversationId: string | null
  /** In the order of the input. */
  imageCallRefs: readonly ImageCallReference[]
  /** Pictures of the input, in order; `param` says where: `input[0].content[1].image_url`. The mask of the tool is not among them. */
  inputImages: readonly InputReference[]
  /** `tools[0].input_image_mask`, with `param` one step deeper. */
  mask: InputReference | null
  /** Text of the user's messages, a line feed between pieces: what is hashed as the prompt. May be empty. */
  prompt: string
  /** Previews asked for a picture; 0 unless streaming. */
  partialImages: number
  /** `safety_identifier`, else `user`: a tag for the ledger, never a secret. */
  endUser: string | null
  extension: DarkroomExtension
  /** The caller's body without `darkroom`, untouched otherwise, data URLs still replaced by their placeholder. */
  wire: JsonObject
}

/** What a check of a Responses call came to: a request to act upon, or every reason to refuse it, the one the call answers first. */
export type ResponseCheck =
  | { ok: true; request: ResponseRequest; warnings: ContractWarning[] }
  | { ok: false; refusals: Failure[]; warnings: ContractWarning[] }

/** A Responses call that passed, with remarks. */
export interface AcceptedResponse {
  request: ResponseRequest
  warnings: ContractWarning[]
}
