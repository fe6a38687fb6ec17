import { findImage } from '../../generations/index.ts'
import type { SeenGuard } from '../../rollout/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { imageGuard } from '../guard/image-guard.ts'
import { until } from './make-calls.ts'

/** What the guard says of an edit, once it has judged it, or after so many seconds. */
export async function seenGuard(parts: GatewayParts, imageId: string, seconds: number): Promise<SeenGuard> {
  const image = await findImage(parts.database, { id: imageId, projectId: null })
  if (image === null) throw new Error(`image ${imageId} is not on record`)
  const guard = await until(
    parts,
    seconds,
    () => imageGuard(parts, image, ''),
    ({ status }) => status !== 'pending',
  )
  const { status, overall, drift, subject, camera, text } = guard
  return {
    status,
    overall,
    rules: {
      drift: drift?.verdict ?? null,
      subject: subject?.verdict ?? null,
      camera: camera?.verdict ?? null,
      text: text?.verdict ?? null,
    },
    texts: (text?.texts ?? []).map(({ index, lang, verdict, reason }) => ({ n: index + 1, lang, verdict, reason })),
    missingPackages: guard.missing_packages,
  }
}
