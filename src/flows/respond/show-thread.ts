import { failure } from '../../contract/failure.ts'
import { promptDifference } from '../../contract/prompt-difference.ts'
import type { GenerationRecord, ThreadReply, TraceReply } from '../../contract/record.ts'
import { readResponseInput } from '../../contract/response-input.ts'
import { imageCallType } from '../../contract/stream-events.ts'
import { isoTime } from '../../primitives/clock.ts'
import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import { type ThreadTurn, type TurnDocument, type TurnScope, threadOf } from '../../threads/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { textOf } from './response-items.ts'
import { openTurnDocuments } from './turn-documents.ts'

/** A generation that somebody asks about. */
export interface AskedGeneration extends TurnScope {
  generationId: string
}

/** The chain of prompts and pictures that a generation belongs to, oldest first. @throws Failure `not_found` for one that is no turn */
export async function showThread(parts: GatewayParts, asked: AskedGeneration): Promise<ThreadReply> {
  const turns = await requireThread(parts, asked)
  const documents = await openTurnDocuments(
    parts,
    turns.map(({ turn }) => turn.generation_id),
  )
  return {
    generation_id: asked.generationId,
    turns: turns.map((one, index) => threadTurn(one, index + 1, documents.get(one.turn.generation_id) ?? null)),
  }
}

async function requireThread(parts: GatewayParts, asked: AskedGeneration): Promise<ThreadTurn[]> {
  const turns = await threadOf(parts.database, asked)
  if (turns.length === 0) throw failure('not_found', { param: 'id' })
  return turns
}

function threadTurn(
  { turn, calls, generation, continuedBy }: ThreadTurn,
  n: number,
  document: TurnDocument | null,
): ThreadReply['turns'][number] {
  const shape: GenerationRecord['request_shape'] = JSON.parse(generation.request_shape_json)
  return {
    n,
    generation_id: turn.generation_id,
    response_id: turn.response_id,
    previous_response_id: turn.previous_response_id,
    call_ids: calls.map(({ call_id }) => call_id),
    created_at: isoTime(turn.created_at_ms),
    status: generation.status as ThreadReply['turns'][number]['status'],
    main_model: turn.main_model,
    prompt_sha256: shape.prompt_sha256,
    prompt: document && askedPrompt(document),
    image_ids: calls.flatMap(({ image_id }) => image_id ?? []),
    continued_by: continuedBy,
    replayed_images: document?.replayedImages.length ?? 0,
  }
}

/** The user's words of a turn; null when it said none. */
function askedPrompt({ request }: TurnDocument): string | null {
  return readResponseInput(request.input, { dataUrls: [] }).prompt || null
}

/**
 * The chain main model → tool call → pictures of one generation, each revised prompt beside the asked one.
 * @throws Failure `not_found` for a generation that is no turn
 */
export async function showTrace(parts: GatewayParts, asked: AskedGeneration, imageUrl: (id: string) => string): Promise<TraceReply> {
  const turns = await requireThread(parts, asked)
  const own = turns.find(({ turn }) => turn.generation_id === asked.generationId)!
  const document = (await openTurnDocuments(parts, [asked.generationId])).get(asked.generationId) ?? null
  const prompt = document && askedPrompt(document)
  const output = outputOf(document)
  return {
    generation_id: asked.generationId,
    response_id: own.turn.response_id,
    previous_response_id: own.turn.previous_response_id,
    main_model: own.turn.main_model,
    status: own.generation.status as TraceReply['status'],
    asked_prompt: prompt,
    calls: own.calls.map((call) => {
      const item = output.find(({ id, type }) => type === imageCallType && id === call.call_id) ?? {}
      const revised = textOf(item, 'revised_prompt')
      return {
        call_id: call.call_id,
        status: call.status,
        action: call.action,
        images: call.image_id === null ? [] : [{ id: call.image_id, sha256: call.sha256!, url: imageUrl(call.image_id) }],
        revised_prompt: revised,
        difference: prompt === null || revised === null ? null : promptDifference(prompt, revised).segments,
        error: call.error_json === null ? null : JSON.parse(call.error_json),
      }
    }),
    text: writtenText(output),
  }
}

function outputOf(document: TurnDocument | null): JsonObject[] {
  const output = document?.response?.['output']
  return Array.isArray(output) ? output.filter(isJsonObject) : []
}

/** What the main model wrote beside the pictures. */
function writtenText(output: readonly JsonObject[]): string | null {
  const parts = output.filter(({ type }) => type === 'message').flatMap(({ content }) => (Array.isArray(content) ? content : []))
  const texts = parts.filter(isJsonObject).flatMap((part) => textOf(part, 'text') ?? [])
  return texts.length === 0 ? null : texts.join('\n')
}
