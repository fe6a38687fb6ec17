import type { Principal } from '../../access/index.ts'
import type { ContractWarning, PixelSize } from '../../contract/image-request.ts'
import type { InputFormat } from '../../contract/input-picture.ts'
import type { Quality } from '../../contract/model-row.ts'
import type { ResponseRequest } from '../../contract/response-request.ts'
import type { ResponseCall, ResponseCards, ResponseEstimate } from '../../pricing/index.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { Nanos } from '../../primitives/money.ts'
import type { RouteCall, RouteChoice } from '../../routes/index.ts'
import type { FoundImageCall } from '../../threads/index.ts'
import type { LateEnd } from '../book-late.ts'
import type { KeptInput } from '../keep-inputs.ts'
import type { PreparedInput } from '../prepare-inputs.ts'

/** A Responses call the contract accepted, with who would serve it and what it would cost. Nothing is recorded yet. */
export interface PricedResponse {
  request: ResponseRequest
  warnings: ContractWarning[]
  choice: RouteChoice
  /** The image model as the route sends it; null without image tool. */
  toolModelSent: string | null
  call: ResponseCall
  cards: ResponseCards
  ceiling: Nanos
  /** What the project reads quality `auto` as; null = the model's dearest. */
  autoQuality: Quality | null
  estimate: ResponseEstimate
  inputs: readonly PreparedInput[]
}

/** One Responses call on its road: what was decided before the call. */
export interface ResponseRun extends Omit<PricedResponse, 'inputs'> {
  /** Its place on the route; to be given back whatever becomes of the call. */
  place: RouteCall
  id: string
  attemptId: string
  /** Counts the calls of this generation, from 1. */
  attempt: number
  /** The edge's id of the request, named in errors. */
  requestId: string
  /** Where it belongs in a trace, as a W3C `traceparent`; null where nobody said, absent where an earlier release kept the run. */
  traceParent?: string | null
  principal: Principal
  surface: 'responses'
  book: 'provider' | 'sandbox'
  inputs: readonly KeptInput[]
  /** A rights note that holds for every input. */
  rights: string | null
  projectTag: string | null
  keepPartials: boolean
  timeoutMs: number
  /** How much longer than upstream's own time the gateway waits for the end of a call. */
  marginMs: number
  startedMonotonicMs: number
  /** The caller's own call, with its pictures in their places: what the turn is remembered by. */
  own: SentBody
  /** What goes upstream. */
  sent: SentBody
  /** Goes on where upstream has forgotten an earlier turn: the same request with that turn's words and pictures in it. Null where nothing is known of it. */
  replay: SentBody | null
  /** Pictures of earlier turns that the call names by id and that are known here. */
  linked: readonly FoundImageCall[]
  /** Of a call that was held as unknown: who found its answer after all. */
  late?: LateEnd
  /** Who settles it in place of the process that made the call. */
  bookedBy?: string
}

/** A body that is ready but for the pictures in it: `data:` stands where one belongs. */
export interface SentBody {
  body: JsonObject
  pictures: readonly PlacedPicture[]
  /** Ids of pictures made here that go as bytes because upstream does not have them. */
  replayedImages: readonly string[]
}

/** A stored picture at its place in a body. */
export interface PlacedPicture {
  /** As errors write it: `input[0].content[1].image_url`. */
  place: string
  role: 'image' | 'mask'
  /** Inside the store. */
  path: string
  sha256: string
  bytes: number
  format: InputFormat
  /** Left out where it is not known any more. */
  size?: PixelSize
}
