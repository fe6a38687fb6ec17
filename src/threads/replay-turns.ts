import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { isJsonObject } from '../primitives/json.ts'
import { type EarlierPicture, ReplayedItems } from './replayed-items.ts'
import type { ThreadTurn } from './thread-of.ts'
import { answeredCalls } from './tool-calls.ts'
import type { TurnDocument } from './turn-document.ts'

/** A turn of `memoryOf`, with what was said in it. */
export type ReplayTurn = {
  turn: Pick<ThreadTurn['turn'], 'deleted_at_ms'>
  calls: readonly Pick<ThreadTurn['calls'][number], 'call_id'>[]
  /** Null when it was not kept or its time is over: the pictures of the turn are then all that is told of it. */
  document: TurnDocument | null
}

/** What goes on where upstream has forgotten. */
export interface ReplayAsk<Picture> {
  /** Oldest first. Of a deleted turn nothing is told. */
  turns: readonly ReplayTurn[]
  /** The next call as it would go upstream, `previous_response_id` and all. It is not changed. */
  body: JsonObject
  /** Finds a picture of an earlier turn; null when its bytes are gone, and it is mentioned in words. */
  findPicture: (picture: EarlierPicture) => Picture | null
}

/** The call with everything that was said before in it. */
export interface Replay<Picture> {
  body: JsonObject
  /** Where the data URLs of earlier pictures go; the body holds a placeholder at each place. */
  pictures: { place: string; picture: Picture }[]
  /** Where a place of the next call's own body stands now: `input[0].content[1]` → `input[5].content[1]`. */
  moved: (place: string) => string
}

/** Pictures that are shown again, the newest; each costs input tokens and time on every later turn. */
const mostPictures = 4
/** JSON of earlier turns that is told again; more would not fit the context of a main model. */
const mostCharacters = 4 * 1024 * 1024

/**
 * Makes a call that needs no memory of an upstream out of one that goes on from an earlier response. The user's words stand as they were and
 * those of the assistant as messages of the assistant. Pictures are shown again to the user's side, the newest four; older ones and those
 * that are gone are mentioned. Calls of functions stay with their results; other tools are told in words. Reasoning cannot be carried over.
 */
export function replayTurns<Picture>({ turns, body, findPicture }: ReplayAsk<Picture>): Replay<Picture> {
  const own = inputItems(body['input'])
  const known = turns.filter(({ turn }) => turn.deleted_at_ms === null)
  const told = newestTurns(known)
  const answered = answeredCalls([...told.flatMap(({ document }) => (document === null ? [] : itemsOf(document))), ...own])
  const replayed = new ReplayedItems({ findPicture, answered, mostPictures })
  // From the newest back, so that the bound on pictures falls upon the oldest.
  const items = told
    .map((turn) => tellTurn(turn, replayed))
    .reverse()
    .flat()
  if (told.length < known.length) items.unshift(leftOut)
  const { previous_response_id: _, ...rest } = body
  return {
    body: { ...rest, input: [...items, ...own] },
    pictures: replayed.places(items),
    moved: (place) => place.replace(/^input\[(\d+)\]/, (_match, index) => `input[${Number(index) + items.length}]`),
  }
}

/** As many turns as may be told again, the newest first. */
function newestTurns(turns: readonly ReplayTurn[]): ReplayTurn[] {
  let left = mostCharacters
  const newest = turns.toReversed()
  const first = newest.findIndex(({ document }) => {
    left -= document === null ? 0 : JSON.stringify(itemsOf(document)).length
    return left < 0
  })
  return first === -1 ? newest : newest.slice(0, first)
}

const leftOut: JsonObject = {
  type: 'message',
  role: 'developer',
  content: 'Earlier turns of this conversation are left out: it is too long.',
}

function tellTurn<Picture>({ calls, document }: ReplayTurn, replayed: ReplayedItems<Picture>): JsonObject[] {
  if (document === null) return replayed.tell(calls.map(({ call_id }) => ({ type: 'image_generation_call', id: call_id })))
  const inputs = new Map(document.request.pictures.map(({ place, sha256 }) => [place, sha256]))
  const answer = replayed.tell(outputItems(document.response))
  return [...replayed.tell(inputItems(document.request.input), inputs), ...answer]
}

const itemsOf = ({ request, response }: TurnDocument) => [...inputItems(request.input), ...outputItems(response)]

/** `input` may be plain words, which are a message of the user (Responses API). */
function inputItems(input: JsonValue | undefined): JsonValue[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }]
  return Array.isArray(input) ? input : []
}

function outputItems(response: JsonObject | null): JsonObject[] {
  const output = response?.['output']
  return Array.isArray(output) ? output.filter(isJsonObject) : []
}
