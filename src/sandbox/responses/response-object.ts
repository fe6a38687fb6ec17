import { isImageTool } from '../../contract/response-tool-choice.ts'
import type { JsonObject, JsonValue } from '../../primitives/json.ts'
import type { MarkedPictures } from '../answers/marked-pictures.ts'
import { mainModelUsage, toolUsage } from '../billing/response-usage.ts'
import { outputItems } from './response-items.ts'
import type { ResponsePlan } from './response-plan.ts'
import type { ResponseProgress } from './response-shelf.ts'

/** A response as it stands now, in upstream's members and order; pictures are marks. */
export function responseObject(plan: ResponsePlan, progress: ResponseProgress, marked: MarkedPictures): JsonObject {
  const { request, script, main } = plan
  const { status } = progress
  const isPaid = status === 'completed' || status === 'incomplete'
  const given = (name: string, otherwise: JsonValue): JsonValue => request.wire[name] ?? otherwise
  const usage = isPaid ? mainModelUsage(main, script) : null
  const tools = isPaid ? toolUsage(countedCalls(plan), plan.previewsInUsage, script) : undefined
  return {
    id: plan.id,
    object: 'response',
    created_at: seconds(plan.createdAtMs),
    status,
    background: request.background,
    completed_at: status === 'completed' && progress.completedAtMs !== null ? seconds(progress.completedAtMs) : null,
    error: status === 'failed' ? responseError(script.failResponse) : null,
    incomplete_details: status === 'incomplete' ? { reason: script.incomplete! } : null,
    instructions: given('instructions', null),
    max_output_tokens: given('max_output_tokens', null),
    max_tool_calls: given('max_tool_calls', null),
    metadata: given('metadata', {}),
    model: request.mainModel.asked,
    output: outputItems(plan, progress, marked),
    parallel_tool_calls: given('parallel_tool_calls', true),
    previous_response_id: request.previousResponseId,
    prompt_cache_key: given('prompt_cache_key', null),
    reasoning: { effort: request.reasoningEffort ?? 'medium', summary: null },
    safety_identifier: given('safety_identifier', null),
    service_tier: 'default',
    store: request.store,
    temperature: given('temperature', 1),
    text: given('text', { format: { type: 'text' } }),
    tool_choice: given('tool_choice', 'auto'),
    tools: echoedTools(plan),
    ...(tools === undefined ? {} : { tool_usage: tools }),
    top_logprobs: given('top_logprobs', 0),
    top_p: given('top_p', 1),
    truncation: given('truncation', 'disabled'),
    ...(usage === undefined ? {} : { usage }),
    user: given('user', null),
  }
}

/** Seconds since 1970. */
function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}

function countedCalls({ pictures, script }: ResponsePlan) {
  return pictures.filter(({ isRefused }) => !isRefused || script.charge === true).map(({ counts }) => counts)
}

/** Texts of upstream are known for few codes. */
function responseError(code = 'server_error'): JsonObject {
  const message =
    code === 'server_error'
      ? 'The server had an error while processing your request. Sorry about that!'
      : `The response failed: ${code} (scripted in the sandbox).`
  return { code, message }
}

/** The tools as they came; the image tool with its defaults filled in and `n`, which nobody may send. A mask's bytes are not sent back. */
function echoedTools({ request, script }: ResponsePlan): JsonValue[] {
  const tools = Array.isArray(request.wire['tools']) ? request.wire['tools'] : []
  return tools.map((tool) => (isImageTool(tool) ? echoedImageTool(tool, script.modelEcho) : tool))
}

function echoedImageTool(tool: JsonObject, modelEcho: string | undefined): JsonObject {
  const given = Object.entries(tool).filter(([name, value]) => value !== null && name !== 'input_image_mask')
  return {
    type: 'image_generation',
    action: 'auto',
    background: 'auto',
    model: 'gpt-image-2',
    moderation: 'auto',
    n: 1,
    output_compression: 100,
    output_format: 'png',
    quality: 'auto',
    size: 'auto',
    ...Object.fromEntries(given),
    ...(modelEcho === undefined ? {} : { model: modelEcho }),
  }
}
