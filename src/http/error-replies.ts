import { errorBodySchema } from '../contract/record.ts'

const meanings: Record<number, string> = {
  400: 'Refused: the request does not fit the contract. Not charged.',
  401: 'The key is missing or wrong.',
  402: 'A budget or the price ceiling of the project does not allow it. Not charged.',
  403: 'The project does not allow it. Not charged.',
  408: 'It came, or would begin, too late. Not charged.',
  404: 'Nothing here that this key may see.',
  409: 'It does not stand as the request takes it to stand. Nothing was changed or charged.',
  410: 'It was there and is gone.',
  413: 'The body is too large.',
  422: 'The idempotency key belongs to a call that asked for something else. Not charged.',
  416: 'The byte range lies outside.',
  429: 'Too much at once; see Retry-After.',
  500: 'Darkroom failed inside.',
  502: 'The upstream call failed; `outcome` says whether it was charged.',
  503: 'No work is taken now. Not charged.',
  507: 'There is no room to keep a picture. Not charged.',
}

/** The documented error answers of a route, by status. */
export function errorReplies(...statuses: number[]) {
  return Object.fromEntries(statuses.map((status) => [status, { description: meanings[status] ?? 'Refused.', schema: errorBodySchema }]))
}
