import { failure } from '../../contract/failure.ts'
import { findInputs } from '../../generations/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { KeptInput } from '../keep-inputs.ts'
import { localCopy } from '../local-copy.ts'
import type { PreparedInput } from '../prepare-inputs.ts'
import { assertIntact } from '../verify-objects.ts'

/**
 * Copies the kept pictures of a job into a folder, for a job that makes the same again. What went upstream goes there again, whatever was made
 * of the caller's bytes then.
 * @param of.generationId the job that they were kept for
 * @throws Failure `image_deleted`, `object_missing`, `integrity_error`
 */
export async function restoreInputs(
  parts: GatewayParts,
  { generationId, inputs }: { generationId: string; inputs: readonly KeptInput[] },
  folder: string,
): Promise<PreparedInput[]> {
  // Also where somebody else has the same bytes: what was deleted is not used again.
  const recorded = await findInputs(parts.database, { generationId, projectId: null })
  if (recorded.some(({ deleted_at_ms }) => deleted_at_ms !== null)) throw failure('image_deleted', { param: 'id' })
  const restored: PreparedInput[] = []
  for (const [place, input] of inputs.entries()) {
    const { sha256, bytes } = input.sent
    await assertIntact(parts, { sha256, bytes, path: input.sentPath })
    const path = await localCopy(parts, input.sentPath, folder, `kept-${place}`)
    restored.push({ ...input, path, bytes, sha256, sent: { path, bytes, sha256 }, conversion: null })
  }
  return restored
}
