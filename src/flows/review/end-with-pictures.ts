import type { Statement, StatementContext } from '../../db/index.ts'
import { closeDeletedReviews } from '../../review/index.ts'
import { endPublicity } from './end-publicity.ts'

/** What ends the reviews and the public addresses of pictures, in the transaction that deletes these. @param by why they go: somebody asked, or their time is over */
export function endWithPictures(context: StatementContext, imageIds: readonly string[], by: 'request' | 'retention'): Statement[] {
  const why = by === 'request' ? 'The picture was deleted.' : 'The time of the picture is over.'
  return [
    ...closeDeletedReviews(context, imageIds),
    ...endPublicity(context, imageIds, { how: 'deleted', by: { id: by, name: null }, why }),
  ]
}
