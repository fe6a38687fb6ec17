import { type ExpressionBuilder, sql } from 'kysely'
import type { Database, GenerationRow, ImageRow, Tables } from '../db/index.ts'
import { lookedGenerations } from './looked-generations.ts'
import { LAST_OF_GENERATION, type PicturePlace, type PictureQuery, type PictureWindow } from './picture-query.ts'

/** A picture with what is shown of its generation. */
export type FoundPicture = Pick<
  ImageRow,
  'id' | 'generation_id' | 'project_id' | 'idx' | 'sha256' | 'width' | 'height' | 'format' | 'bytes' | 'evidence_json' | 'delete_after_ms'
> &
  Pick<
    GenerationRow,
    | 'created_at_ms'
    | 'operation'
    | 'surface'
    | 'model_asked'
    | 'route_id'
    | 'route_owner'
    | 'request_shape_json'
    | 'project_tag'
    | 'metadata_json'
    | 'book'
    | 'settled_nanos'
    | 'held_unknown_nanos'
  >

/** What a window gave. */
export interface PicturePage {
  pictures: FoundPicture[]
  /** Where the window ended, everything before it having been looked at; null when nothing lies behind it. */
  end: PicturePlace | null
}

/**
 * Pictures that are kept, the newest generation first, in a stretch of so many generations. Which generations are looked at is found by one index, the sharpest that
 * the query allows; everything else is judged row by row.
 */
export async function findKeptPictures(db: Database, query: PictureQuery, window: PictureWindow): Promise<PicturePage> {
  const last = lookedGenerations(db, query, window)
    .offset(window.generations - 1)
    .limit(1)
  const [pictures, ends] = await db.readAll<[FoundPicture, { created_at_ms: number; generation_id: string }]>([
    picturesQuery(db, query, window),
    last,
  ])
  const [end] = ends
  return { pictures, end: end ? { createdAtMs: end.created_at_ms, generationId: end.generation_id, ...LAST_OF_GENERATION } : null }
}

/** The statement that finds them. */
export function picturesQuery(db: Pick<Database, 'sql' | 'dialect'>, query: PictureQuery, window: PictureWindow) {
  const looked = lookedGenerations(db, query, window).limit(window.generations).as('looked')
  const { after } = window
  const {
    words = [],
    hash,
    owner,
    route,
    model,
    operation,
    surface,
    tag,
    metadata = [],
    width,
    height,
    format,
    review,
    costFrom,
    costTo,
  } = query
  const replaced = db.sql
    .selectFrom('images as later')
    .select('later.id')
    .where('later.derived_from', '=', sql.ref<string>('images.id'))
    .where('later.generation_id', '=', sql.ref<string>('images.generation_id'))
    .where('later.is_preview', '=', 0)
  return (
    db.sql
      .selectFrom(looked)
      .innerJoin('generations', 'generations.id', 'looked.generation_id')
      .innerJoin('images', 'images.generation_id', 'generations.id')
      .select([
        'images.id',
        'images.generation_id',
        'images.project_id',
        'images.idx',
        'images.sha256',
        'images.width',
        'images.height',
        'images.format',
        'images.bytes',
        'images.evidence_json',
        'images.delete_after_ms',
      ])
      .select([
        'generations.created_at_ms',
        'generations.operation',
        'generations.surface',
        'generations.model_asked',
        'generations.route_id',
        'generations.route_owner',
        'generations.request_shape_json',
        'generations.project_tag',
        'generations.metadata_json',
        'generations.book',
        'generations.settled_nanos',
        'generations.held_unknown_nanos',
      ])
      .where('images.deleted_at_ms', 'is', null)
      .where('images.storage', '=', 'stored')
      .where('images.is_preview', '=', 0)
      .where((when) => when.not(when.exists(replaced)))
      // Of the pictures, which have no index of it: generations are to be found by their ids alone.
      .$if(query.projectId !== null, (rows) => rows.where('images.project_id', '=', query.projectId!))
      .$if(after !== null, (rows) => rows.where(behind(after!)))
      .$if(hash !== undefined, (rows) => rows.where('images.sha256', '>=', hash!).where('images.sha256', '<', `${hash}g`))
      .$if(width !== undefined, (rows) => rows.where('images.width', '=', width!))
      .$if(height !== undefined, (rows) => rows.where('images.height', '=', height!))
      .$if(format !== undefined, (rows) => rows.where('images.format', '=', format!))
      .$if(review !== undefined, (rows) => rows.where((when) => reviewIs(db, review!)(when)))
      .$if(owner !== undefined, (rows) => rows.where('generations.route_owner', '=', owner!))
      .$if(route !== undefined, (rows) => rows.where('generations.route_id', '=', route!))
      .$if(model !== undefined, (rows) => rows.where('generations.model_asked', '=', model!))
      .$if(operation !== undefined, (rows) => rows.where('generations.operation', '=', operation!))
      .$if(surface !== undefined, (rows) => rows.where('generations.surface', '=', surface!))
      .$if(tag !== undefined, (rows) => rows.where('generations.project_tag', '=', tag!))
      .$if(costFrom !== undefined, (rows) => rows.where('generations.settled_nanos', '>=', costFrom!))
      .$if(costTo !== undefined, (rows) => rows.where('generations.settled_nanos', '<=', costTo!))
      .where((when) => when.and(words.slice(1).map((word) => when.exists(wordOf(db, word)))))
      .where((when) => when.and(metadata.map(([key, value]) => labelled(db.dialect, key, value))))
      .orderBy('looked.created_at_ms', 'desc')
      .orderBy('looked.generation_id', 'desc')
      .orderBy('images.idx')
      .orderBy('images.id')
      .limit(window.pictures)
  )
}

function reviewIs({ sql: builder }: Pick<Database, 'sql'>, state: string) {
  const reviews = builder
    .selectFrom('review_items')
    .select('review_items.id')
    .where('review_items.image_id', '=', sql.ref<string>('images.id'))
  return (when: ExpressionBuilder<Tables, 'images'>) =>
    state === 'none' ? when.not(when.exists(reviews)) : when.exists(reviews.where('review_items.state', '=', state as never))
}

function behind({ generationId, idx, imageId }: PicturePlace) {
  return sql<boolean>`(images.generation_id <> ${generationId} or (images.idx, images.id) > (${idx}, ${imageId}))`
}

/** The same word of the generation that is looked at. */
function wordOf({ sql: builder }: Pick<Database, 'sql'>, word: number) {
  return builder
    .selectFrom('prompt_words as also')
    .select('also.word')
    .where('also.word', '=', word)
    .where('also.created_at_ms', '=', sql.ref<number>('generations.created_at_ms'))
    .where('also.generation_id', '=', sql.ref<string>('generations.id'))
}

function labelled(dialect: Database['dialect'], key: string, value: string) {
  return dialect === 'postgres'
    ? sql<boolean>`(generations.metadata_json::jsonb ->> ${key}) = ${value}`
    : sql<boolean>`exists (select 1 from json_each(generations.metadata_json) as label where label.key = ${key} and label.value = ${value})`
}
