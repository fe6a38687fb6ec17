import { picturesQuerySchema, picturesReplySchema } from '../../contract/record.ts'
import { searchPictures } from '../../flows/index.ts'
import { errorReplies } from '../error-replies.ts'
import { keyRoute } from '../http-route.ts'
import { readChecked } from '../read-checked.ts'
import { scopeOf } from '../scope-of.ts'

/** Pictures of the caller's project, as they are looked for. */
export const picturesRoute = keyRoute({
  method: 'GET',
  path: '/v2/images',
  tenant: 'caller',
  tag: 'darkroom',
  summary: 'Look for pictures, the newest first',
  description:
    'Pictures that are kept: results, neither previews nor deleted ones. Words are those of the prompt, whole and in any order; everything that is given must hold. A page that could not look through everything in two seconds says where it goes on.',
  query: picturesQuerySchema,
  replies: { 200: { description: 'A page of them.', schema: picturesReplySchema }, ...errorReplies(400, 401, 404) },
  handle: ({ parts, principal, request, baseUrl }) =>
    searchPictures(parts, { ...readChecked(picturesQuerySchema, request.query), ...scopeOf(principal), baseUrl }),
})
