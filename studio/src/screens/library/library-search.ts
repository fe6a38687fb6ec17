import { getRouteApi } from '@tanstack/react-router'
import type { OperationInput } from '#sdk'

/** The addresses of this screen, for what is on it. */
export const libraryRouteApi = getRouteApi('/shell/library')
export const recordRouteApi = getRouteApi('/shell/library/$id')

/** What pictures may be found by, as the address says it. */
export const filterNames = [
  'q',
  'operation',
  'owner',
  'model',
  'size',
  'format',
  'cost_min',
  'cost_max',
  'from',
  'to',
  'tag',
  'project',
] as const
export type FilterName = (typeof filterNames)[number]

const views = ['facts', 'lineage', 'whole'] as const

/** Filters, which picture of a record is shown, and how. */
export type LibrarySearch = Partial<Record<FilterName, string>> & { image?: string; view?: (typeof views)[number] }

/** Reads it; what is empty or no text is left out. A number in the address (`q=7`) is a text here. */
export function readLibrarySearch(search: Record<string, unknown>): LibrarySearch {
  const texts = [...filterNames, 'image'].flatMap((name) => {
    const value = typeof search[name] === 'number' ? String(search[name]) : search[name]
    return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
  })
  const view = views.find((known) => known === search['view'])
  return { ...Object.fromEntries(texts), ...(view && { view }) }
}

const looksLikeHash = /^(?=.*\d)[0-9a-f]{8,64}$/i

/** The filters as the gateway takes them: a text that can only be a hash is looked for as one. @param project where words are looked for, if none is chosen */
export function pictureQuery({ image: _, view: __, q, ...rest }: LibrarySearch, project: string | undefined): PictureQuery {
  if (q === undefined) return rest as PictureQuery
  if (looksLikeHash.test(q)) return { ...rest, hash: q } as PictureQuery
  return { ...(project !== undefined && { project }), ...rest, q } as PictureQuery
}

/** Query of `GET /v2/images`. */
export type PictureQuery = NonNullable<OperationInput<'GET /v2/images'>['query']>
