import { failure } from '../../contract/failure.ts'
import type { DeletedPictures } from '../../contract/record.ts'
import { statementContext } from '../../db/index.ts'
import { deleteImages, deleteInputs, findImage, findPictures, type GenerationPictures, type ProjectScope } from '../../generations/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { fp } from '../../primitives/fail-point.ts'
import { isId } from '../../primitives/ids.ts'
import { assertNotHeld } from '../../retention/index.ts'
import { noteUnused } from '../../store/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { goesWithPictures, objectsMadeOf } from './goes-with-pictures.ts'

type Asked = ProjectScope & { id: string }

/**
 * Deletes a picture, with what Darkroom made of it and what it was made of: they show the same. From the answer on nobody reads it by any
 * address; its bytes go with the next sweep unless somebody else refers to them. What is deleted already stays so.
 * @throws Failure `not_found`, `legal_hold`
 */
export async function deleteImage(parts: GatewayParts, { id, projectId }: Asked): Promise<DeletedPictures> {
  const image = isId('img', id) ? await findImage(parts.database, { id, projectId }) : null
  const pictures = image && (await findPictures(parts.database, { id: image.generation_id, projectId }))
  if (!pictures) throw failure('not_found', { param: 'id' })
  return remove(parts, { ...pictures, images: versionsOf(pictures.images, id), inputs: [] })
}

/**
 * Deletes every picture of a generation: results, what they were made of, previews, and what the call brought along. Its record and its money stay.
 * @throws Failure `not_found`, `result_not_ready` while it is under way, `legal_hold`
 */
export async function deleteGenerationImages(parts: GatewayParts, { id, projectId }: Asked): Promise<DeletedPictures> {
  const pictures = isId('gen', id) ? await findPictures(parts.database, { id, projectId }) : null
  if (!pictures) throw failure('not_found', { param: 'id' })
  if (pictures.generation.completed_at_ms === null) throw failure('result_not_ready', { message: underWay })
  return remove(parts, pictures)
}

const underWay = 'The call is under way, and its pictures are still to come. Nothing was deleted or charged; delete them once it has ended.'

/** The picture and all that it was made of or that was made of it. */
function versionsOf(images: GenerationPictures['images'], id: string): GenerationPictures['images'] {
  const ids = new Set([id])
  for (let before = 0; before !== ids.size; ) {
    before = ids.size
    for (const image of images) {
      if (image.derived_from === null || (!ids.has(image.id) && !ids.has(image.derived_from))) continue
      ids.add(image.id).add(image.derived_from)
    }
  }
  return images.filter((image) => ids.has(image.id))
}

async function remove(parts: GatewayParts, { generation, images, inputs }: GenerationPictures): Promise<DeletedPictures> {
  const isThere = ({ deleted_at_ms }: { deleted_at_ms: number | null }) => deleted_at_ms === null
  const [imageIds, inputIds] = [images.filter(isThere).map(({ id }) => id), inputs.filter(isThere).map(({ id }) => id)]
  if (imageIds.length + inputIds.length > 0) {
    const derived = await objectsMadeOf(parts.database, imageIds)
    const shown = [...images.map(({ sha256 }) => sha256), ...inputs.flatMap((input) => [input.sha256, input.sent_sha256])]
    const sha256s = [...shown, ...derived]
    const context = statementContext(parts.database, parts.clock, parts.newId)
    fp('delete_before_record')
    await parts.database.transact([
      assertNotHeld(context, [...imageIds, ...inputIds, generation.id, generation.project_id]),
      ...deleteImages(context, imageIds),
      ...deleteInputs(context, inputIds),
      ...goesWithPictures(context, imageIds, 'request'),
      ...noteUnused(context, sha256s),
    ])
    fp('delete_after_record')
    parts.retentionRounds.wake()
  }
  const now = await findPictures(parts.database, { id: generation.id, projectId: null })
  return answer(now!, new Set([...images, ...inputs].map(({ id }) => id)), new Set([...imageIds, ...inputIds]))
}

function answer({ generation, images, inputs }: GenerationPictures, shown: Set<string>, deletedNow: Set<string>): DeletedPictures {
  const replaced = new Set(images.filter(({ is_preview }) => is_preview === 0).map(({ derived_from }) => derived_from))
  const kindOf = ({ id, is_preview }: GenerationPictures['images'][number]) =>
    is_preview === 1 ? ('preview' as const) : replaced.has(id) ? ('original' as const) : ('result' as const)
  const pictures = [
    ...images.map((image) => ({ ...image, kind: kindOf(image) })),
    ...inputs.map((input) => ({ ...input, kind: 'input' as const })),
  ]
  return {
    generation_id: generation.id,
    pictures: pictures
      .filter(({ id }) => shown.has(id))
      .map(({ id, kind, deleted_at_ms }) => ({
        id,
        kind,
        deleted_at: isoTime(deleted_at_ms!),
        was_deleted_before: !deletedNow.has(id),
      })),
  }
}
