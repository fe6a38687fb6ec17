import { imageCallType } from '../../contract/stream-events.ts'
import type { ResponseTurnRow } from '../../db/index.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'
import { findImageCalls } from '../../threads/index.ts'
import { imagePlace } from '../document-with-images.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { openTurnDocuments } from './turn-documents.ts'

/** A response as it was kept, with `imagePlace` where its pictures belong. */
export interface KeptResponse {
  response: JsonObject
  /** Where each of those pictures lies in the store. */
  paths: readonly string[]
}

/** Finds what was kept of a response; as far as it is known while it is under way. Null when what was said in it is gone. */
export async function keptResponse(parts: GatewayParts, turn: ResponseTurnRow): Promise<KeptResponse | null> {
  const document = (await openTurnDocuments(parts, [turn.generation_id])).get(turn.generation_id)
  if (turn.finished_at_ms !== null && !document?.response) return null
  const pictures = await picturePaths(parts, turn)
  const { marked, calls } = withImagePlaces(document?.response ?? underWay(turn), pictures)
  return { response: marked, paths: calls.map((call) => pictures.get(call)!) }
}

/** Every image call whose picture is still here gets it back; the others keep their null. */
function withImagePlaces(response: JsonObject, pictures: ReadonlyMap<string, string>): { marked: JsonObject; calls: string[] } {
  const output = Array.isArray(response['output']) ? response['output'] : []
  const calls: string[] = []
  const items = output.map((item): JsonValue => {
    if (!isJsonObject(item) || item['type'] !== imageCallType || !pictures.has(String(item['id']))) return item
    calls.push(String(item['id']))
    return { ...item, result: imagePlace }
  })
  return { marked: { ...response, output: items }, calls }
}

/** What is known of a response that has no end yet, in upstream's words. */
function underWay(turn: ResponseTurnRow): JsonObject {
  return {
    id: turn.response_id,
    object: 'response',
    created_at: Math.floor(turn.created_at_ms / 1000),
    status: turn.status,
    background: turn.background === 1,
    model: turn.main_model,
    previous_response_id: turn.previous_response_id,
    error: null,
    output: [],
  }
}

/** Where the pictures of a turn are, by the id of their call. */
async function picturePaths(parts: GatewayParts, { generation_id }: ResponseTurnRow): Promise<Map<string, string>> {
  const calls = await findImageCalls(parts.database, generation_id)
  return new Map(calls.flatMap(({ call_id, path }) => (path === null ? [] : [[call_id, path]])))
}
