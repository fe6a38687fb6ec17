import { failure } from '../../contract/failure.ts'
import type { FoundPictureReply, GenerationRecord, PicturesQuery, PicturesReply } from '../../contract/record.ts'
import { isoTime } from '../../primitives/clock.ts'
import { moneyJson, parseUsd } from '../../primitives/money.ts'
import { blindWords, type FoundPicture, findKeptPictures, isCostSharp, type PicturePlace, type PictureQuery } from '../../search/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { markOf, readPlace, writePlace } from './picture-cursor.ts'

/** Pictures that somebody looks for. */
export interface PictureSearch extends PicturesQuery {
  /** Whose key asks; null = the admin token. */
  projectId: string | null
  /** Address under which the caller reached the gateway. */
  baseUrl: string
}

type SearchParts = Pick<GatewayParts, 'database' | 'clock' | 'searchKey'>

const PAGE = 50
const DAY_MS = 86_400_000
/** A statement looks at so many generations at most: some tens of milliseconds. */
const WINDOW = 4000
/** Once a search has taken so long it answers with what it has, and says where it goes on. */
const LONGEST_MS = 2000

/** A page of pictures that are kept, the newest first. @throws Failure `invalid_value`; `not_found` for a project of others */
export async function searchPictures(parts: SearchParts, search: PictureSearch): Promise<PicturesReply> {
  const asked = queryOf(parts, search)
  const query = { ...asked, isCostSharp: await isCostSharp(parts.database, asked) }
  const { cursor, limit = PAGE, baseUrl } = search
  const mark = markOf(search)
  const endsAtMs = parts.clock.monotonicMs() + LONGEST_MS
  const found: FoundPicture[] = []
  let place: PicturePlace | null = cursor === undefined ? null : readPlace(mark, cursor)
  for (;;) {
    const pictures = limit - found.length + 1
    const page = await findKeptPictures(parts.database, query, { after: place, generations: WINDOW, pictures })
    found.push(...page.pictures)
    place = found.length > limit ? placeOf(found[limit - 1]!) : page.end
    if (place === null || found.length > limit || parts.clock.monotonicMs() >= endsAtMs) break
  }
  const images = found.slice(0, limit).map((picture) => present(picture, baseUrl))
  return { images, next_cursor: place === null ? null : writePlace(mark, place) }
}

function queryOf(parts: SearchParts, search: PictureSearch): PictureQuery {
  const {
    q,
    hash,
    size,
    cost_min,
    cost_max,
    from,
    to,
    metadata = [],
    owner,
    route,
    model,
    operation,
    surface,
    tag,
    format,
    review,
  } = search
  if (search.projectId !== null && search.project !== undefined && search.project !== search.projectId)
    throw failure('not_found', { param: 'project' })
  const projectId = search.projectId ?? search.project ?? null
  const [width, height] = size?.split('x').map(Number) ?? []
  return {
    projectId,
    words: q === undefined ? [] : wordsOf(parts, projectId, q),
    hash: hash?.toLowerCase(),
    owner,
    route,
    model,
    operation,
    surface,
    review,
    tag,
    format,
    metadata: [metadata].flat().map(labelOf),
    width,
    height,
    costFrom: cost_min === undefined ? undefined : parseUsd(cost_min),
    costTo: cost_max === undefined ? undefined : parseUsd(cost_max),
    fromMs: from === undefined ? undefined : Date.parse(from),
    toMs: to === undefined ? undefined : Date.parse(to) + (to.length === 'YYYY-MM-DD'.length ? DAY_MS : 0),
  }
}

function wordsOf({ searchKey }: SearchParts, projectId: string | null, text: string): number[] {
  if (projectId === null)
    throw failure('invalid_value', {
      param: 'project',
      message:
        'Words are kept for each project by itself. Nothing was charged; name the project whose pictures are looked for, as project=prj_….',
    })
  const words = blindWords(searchKey, projectId, text)
  if (words.length === 0)
    throw failure('invalid_value', { param: 'q', message: 'There is no word in it. Nothing was charged; look for words or numbers.' })
  return words
}

function labelOf(label: string): [string, string] {
  const colon = label.indexOf(':')
  return [label.slice(0, colon), label.slice(colon + 1)]
}

function present(picture: FoundPicture, baseUrl: string): FoundPictureReply {
  const shape = JSON.parse(picture.request_shape_json) as Partial<GenerationRecord['request_shape']>
  return {
    id: picture.id,
    generation_id: picture.generation_id,
    project_id: picture.project_id,
    created_at: isoTime(picture.created_at_ms),
    url: `${baseUrl}/v2/images/${picture.id}`,
    sha256: picture.sha256,
    width: picture.width,
    height: picture.height,
    format: picture.format,
    bytes: picture.bytes,
    operation: picture.operation as FoundPictureReply['operation'],
    surface: picture.surface as FoundPictureReply['surface'],
    model: picture.model_asked,
    route_id: picture.route_id,
    route_owner: picture.route_owner,
    quality: shape.quality ?? 'auto',
    prompt_sha256: shape.prompt_sha256 ?? null,
    tag: picture.project_tag,
    metadata: picture.metadata_json === null ? null : JSON.parse(picture.metadata_json),
    book: picture.book as FoundPictureReply['book'],
    cost: { settled: moneyJson(picture.settled_nanos), held_unknown: moneyJson(picture.held_unknown_nanos) },
    delete_after: picture.delete_after_ms === null ? null : isoTime(picture.delete_after_ms),
  }
}

const placeOf = (picture: FoundPicture): PicturePlace => ({
  createdAtMs: picture.created_at_ms,
  generationId: picture.generation_id,
  idx: picture.idx,
  imageId: picture.id,
})
