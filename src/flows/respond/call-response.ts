import { setTimeout as wait } from 'node:timers/promises'
import { statementContext } from '../../db/index.ts'
import { fp } from '../../primitives/fail-point.ts'
import { isJsonObject, type JsonObject } from '../../primitives/json.ts'
import type { ProviderCall } from '../../providers/index.ts'
import type { RelayResult, ReplyClient } from '../../relay/index.ts'
import { recordTurn } from '../../threads/index.ts'
import { type AnsweredCall, placeCall, providerOf, type RefusedCall, storedBytes, upstreamRequestId } from '../call-upstream.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { portableResponse } from '../recovery/portable-run.ts'
import { newTurn } from './new-turn.ts'
import type { ResponseRun } from './response-run.ts'

/** How long a stream waits for its response's id to be on disk. */
const NOTE_PATIENCE_MS = 5000

/** Makes the one upstream call of an attempt. A stream's response id is on disk before the caller learns it. Never rejects. */
export async function callResponse(parts: GatewayParts, run: ResponseRun, client: ReplyClient): Promise<RefusedCall | AnsweredCall> {
  const named: { response: JsonObject | null } = { response: null }
  const call = await placeCall(parts, {
    attemptId: run.attemptId,
    asked: { key: run.choice.route.key, body: run.sent.body },
    subject: portableResponse(run, parts.clock.nowMs()),
    endWithinMs: run.timeoutMs + run.marginMs,
    dispatch: (sink, signal) => providerOf(parts, run.choice).dispatch({ ...providerCall(parts, run), signal }, sink),
    reading: {
      shape: 'responses',
      onResponse: (response) => {
        named.response = response
        return noteResponse(parts, run, response)
      },
    },
    keepPartials: run.keepPartials,
    client,
  })
  return call.kind === 'answered' ? { ...call, reply: asFarAsKnown(call.reply, named.response) } : call
}

/** Of a stream that did not come to its end, the response is what its first event named, with the items that came. */
export function asFarAsKnown(reply: RelayResult, named: JsonObject | null): RelayResult {
  if (reply.response !== null || named === null) return reply
  const output = reply.documents.flatMap(({ item }) => (isJsonObject(item ?? null) ? (item as JsonObject) : []))
  return { ...reply, response: { ...named, output } }
}

function providerCall(parts: GatewayParts, run: ResponseRun): ProviderCall {
  const { body, pictures } = run.sent
  const { route } = run.choice
  return {
    operation: 'respond',
    baseUrl: route.baseUrl,
    key: route.key,
    clientRequestId: upstreamRequestId(run),
    body: named(run, body),
    inputs: pictures.map(({ place, role, format, bytes, sha256, path }) => ({
      role,
      place,
      format,
      byteLength: bytes,
      sha256,
      open: () => storedBytes(parts, path),
    })),
    stream: run.request.stream,
    timeoutMs: run.timeoutMs,
  }
}

const MOST_METADATA = 16

/**
 * A background response bears the id of its attempt where upstream tells of its end by webhook: should the answer to this call be lost, the id
 * of the response with it, the webhook still says whose it is.
 */
function named({ choice, request, attemptId }: ResponseRun, body: JsonObject): JsonObject {
  const metadata = isJsonObject(body['metadata'] ?? null) ? (body['metadata'] as JsonObject) : {}
  const isNamed = choice.route.webhook !== null && request.background && Object.keys(metadata).length < MOST_METADATA
  return isNamed ? { ...body, metadata: { ...metadata, attempt_id: attemptId } } : body
}

async function noteResponse(parts: GatewayParts, run: ResponseRun, response: JsonObject): Promise<void> {
  const turn = newTurn(run, response)
  if (turn === null) return
  fp('turn_before_note')
  const noted = parts.database.transact([recordTurn(statementContext(parts.database, parts.clock, parts.newId), turn)])
  await Promise.race([noted, wait(NOTE_PATIENCE_MS, undefined, { ref: false })])
  fp('turn_after_note')
}
