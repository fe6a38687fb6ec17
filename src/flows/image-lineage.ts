import type { LineageReply } from '../contract/lineage-replies.ts'
import { type FoundImage, findLineage } from '../generations/index.ts'
import { isoTime } from '../primitives/clock.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** Where a picture comes from and what was made of it, in the shape of the API. */
export async function imageLineage({ database }: Pick<GatewayParts, 'database'>, image: FoundImage): Promise<LineageReply> {
  const { inputs, sources, uses, made } = await findLineage(database, image)
  return {
    image_id: image.id,
    generation_id: image.generation_id,
    version_of: image.derived_from,
    made_from: inputs.map(({ id, role, source, source_ref, sha256, width, height, deleted_at_ms }) => {
      const named = source === 'image' ? sources.find((kept) => kept.id === source_ref) : undefined
      const same = named ?? sources.find((kept) => kept.sha256 === sha256)
      return {
        input_id: id,
        role: role as LineageReply['made_from'][number]['role'],
        sha256,
        width,
        height,
        deleted_at: deleted_at_ms === null ? null : isoTime(deleted_at_ms),
        image: same ? { id: same.id, generation_id: same.generation_id } : null,
      }
    }),
    taken_up_by: uses.map(({ generation_id, created_at_ms, operation, role }) => ({
      generation_id,
      created_at: isoTime(created_at_ms),
      operation: operation as LineageReply['taken_up_by'][number]['operation'],
      role: role as LineageReply['taken_up_by'][number]['role'],
      images: made.filter((image) => image.generation_id === generation_id).map(({ id }) => id),
    })),
  }
}
