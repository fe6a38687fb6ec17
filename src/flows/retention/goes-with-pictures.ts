import type { Database, Statement, StatementContext } from '../../db/index.ts'
import { dropHeatMaps, dropSideBySides, heatMapsOf, sideBySidesOf } from '../../guard/index.ts'
import { dropThumbnails, thumbnailsOf } from '../../images/index.ts'
import { dropWordsOfGone } from '../../search/index.ts'
import { endWithPictures } from '../review/end-with-pictures.ts'

/** All that goes with pictures, for the transaction that deletes them. @param by why they go: somebody asked, or their time is over */
export function goesWithPictures(context: StatementContext, imageIds: readonly string[], by: 'request' | 'retention'): Statement[] {
  return [
    ...dropHeatMaps(context, imageIds),
    ...dropSideBySides(context, imageIds),
    ...dropThumbnails(context, imageIds),
    ...dropWordsOfGone(context, imageIds),
    ...endWithPictures(context, imageIds, by),
  ]
}

/** Hashes of the objects that were made of pictures. */
export async function objectsMadeOf(db: Database, imageIds: readonly string[]): Promise<string[]> {
  return (await Promise.all([heatMapsOf, sideBySidesOf, thumbnailsOf].map((objectsOf) => objectsOf(db, imageIds)))).flat()
}
