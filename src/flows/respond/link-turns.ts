import { failure } from '../../contract/failure.ts'
import type { PixelSize } from '../../contract/image-request.ts'
import type { InputFormat } from '../../contract/input-picture.ts'
import type { ResponseTurnRow } from '../../db/index.ts'
import { type FoundInput, findInputs } from '../../generations/index.ts'
import {
  type FoundImageCall,
  findImageCall,
  findTurn,
  memoryOf,
  replaceImageCalls,
  replayTurns,
  type TurnDocument,
} from '../../threads/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { PlacedPicture, ResponseRun, SentBody } from './response-run.ts'
import { openTurnDocuments } from './turn-documents.ts'

/** How a call is tied to the turns before it. */
type LinkedCall = Pick<ResponseRun, 'sent' | 'replay' | 'linked' | 'call'>

/**
 * Ties a call to earlier turns. Where upstream still has them, ids go on as they are; where it cannot have them (another route made them, or
 * it was asked not to keep them), their words and pictures are put in their place now. A turn nobody here knows is upstream's to judge; one of
 * another project is not there, although upstream, which knows one key for all projects, would go on from it.
 * @throws Failure `response_not_found` for ids of other projects
 */
export async function linkTurns(parts: GatewayParts, run: ResponseRun): Promise<LinkedCall> {
  const known = await knownCalls(parts, run)
  const linked = known.map(({ call }) => call)
  const isThere = (turn: Pick<ResponseTurnRow, 'route_id' | 'stored_upstream'>) =>
    turn.route_id === run.choice.route.id && turn.stored_upstream === 1
  const sent = putPictures(
    run.own,
    known.filter(({ call }) => !isThere(call)),
  )
  const whole = putPictures(run.own, known)
  const turn = await turnBefore(parts, run)
  if (turn === null) return { sent, replay: known.length > 0 ? whole : null, linked, call: withPictures(run, whole) }
  const replay = await withMemory(parts, run, turn, whole)
  const call = withPictures(run, replay)
  return isThere(turn) ? { sent, replay, linked, call } : { sent: replay, replay: null, linked, call }
}

/** A picture that counts as many input tokens as any can: 1,536. */
const dearestPicture: PixelSize = { width: 1024, height: 1536 }

/**
 * What is counted where upstream does not say what it used: every picture the models may have before them, earlier ones too. Where none of
 * those is known here, upstream may still have one.
 */
function withPictures({ call, own }: ResponseRun, { pictures }: SentBody): ResponseRun['call'] {
  const unknown = call.hasUncountedInput && pictures.length === own.pictures.length ? [dearestPicture] : []
  const known = pictures.filter(({ role }) => role === 'image').map(({ size }) => size ?? dearestPicture)
  return { ...call, inputImages: [...known, ...unknown] }
}

interface KnownCall {
  /** Of the item, `input[2]`. */
  item: string
  call: FoundImageCall
}

/** Pictures of earlier turns that the input names and whose bytes are still here. */
async function knownCalls(parts: GatewayParts, { request, principal }: ResponseRun): Promise<KnownCall[]> {
  const found = await Promise.all(
    request.imageCallRefs.map(async ({ id, param }) => {
      const call = await findImageCall(parts.database, { callId: id, projectId: principal.projectId })
      if (call === null && (await findImageCall(parts.database, { callId: id, projectId: null })) !== null) throw notTheirs(`${param}.id`)
      return { item: param, call }
    }),
  )
  return found.flatMap(({ item, call }) => (call === null || call.path === null ? [] : [{ item, call }]))
}

async function turnBefore(parts: GatewayParts, { request, principal }: ResponseRun): Promise<ResponseTurnRow | null> {
  const { previousResponseId: responseId } = request
  if (responseId === null) return null
  const turn = await findTurn(parts.database, { responseId, projectId: principal.projectId })
  if (turn === null && (await findTurn(parts.database, { responseId, projectId: null })) !== null) throw notTheirs('previous_response_id')
  return turn
}

const notTheirs = (param: string) => failure('response_not_found', { param })

function putPictures({ body, pictures, replayedImages }: SentBody, known: readonly KnownCall[]): SentBody {
  const put = replaceImageCalls(
    body,
    known.map(({ item }) => item),
  )
  return {
    body: put.body,
    pictures: [...pictures, ...put.places.map((place, index) => ({ ...storedPicture(known[index]!.call), place }))],
    replayedImages: [...replayedImages, ...known.map(({ call }) => call.image_id!)],
  }
}

type StoredPicture = Omit<PlacedPicture, 'place'>

function storedPicture({ path, sha256, bytes, format, width, height }: FoundImageCall): StoredPicture {
  const size = width === null || height === null ? {} : { size: { width, height } }
  return { role: 'image', path: path!, sha256: sha256!, bytes: bytes!, format: format as InputFormat, ...size }
}

/** The same call with everything in it that was said before. */
async function withMemory(parts: GatewayParts, { principal }: ResponseRun, turn: ResponseTurnRow, sent: SentBody): Promise<SentBody> {
  const turns = await memoryOf(parts.database, { generationId: turn.generation_id, projectId: principal.projectId })
  const documents = await openTurnDocuments(
    parts,
    turns.map((one) => one.turn.generation_id),
  )
  const calls = new Map(turns.flatMap((one) => one.calls).map((call) => [call.call_id, call]))
  const inputs = await inputObjects(parts, documents)
  const replay = replayTurns<StoredPicture & { imageId: string | null }>({
    turns: turns.map((one) => ({ ...one, document: documents.get(one.turn.generation_id) ?? null })),
    body: sent.body,
    findPicture: (picture) => {
      if (picture.kind === 'input') return inputs.get(picture.sha256) ?? null
      const call = calls.get(picture.callId)
      return call === undefined || call.path === null ? null : { ...storedPicture(call), imageId: call.image_id }
    },
  })
  const again = replay.pictures.map(({ place, picture: { imageId: _, ...picture } }) => ({ ...picture, place }))
  return {
    body: replay.body,
    pictures: [...again, ...sent.pictures.map((picture) => ({ ...picture, place: replay.moved(picture.place) }))],
    replayedImages: [...replay.pictures.flatMap(({ picture }) => picture.imageId ?? []), ...sent.replayedImages],
  }
}

/** Pictures that the user brought along in earlier turns and that were not deleted since, by their hash. */
async function inputObjects(parts: GatewayParts, documents: ReadonlyMap<string, TurnDocument>) {
  const inputs = await Promise.all(
    [...documents.keys()].map((generationId) => findInputs(parts.database, { generationId, projectId: null })),
  )
  const kept = inputs.flat().filter(({ deleted_at_ms, path }) => deleted_at_ms === null && path !== null)
  return new Map(kept.map((input) => [input.sent_sha256, inputPicture(input)]))
}

function inputPicture({ path, sent_sha256: sha256, bytes, format }: FoundInput): StoredPicture & { imageId: null } {
  return { role: 'image', path: path!, sha256, bytes, format: format as InputFormat, imageId: null }
}
