import type { DriftReply } from '../contract/record.ts'
import { type FoundImage, findInputs } from '../generations/index.ts'
import { findDrift, presentDrift } from '../guard/index.ts'
import { findObject } from '../store/index.ts'
import type { GatewayParts } from './gateway-parts.ts'

/** What is known of the drift of a picture, in the shape of the API. @param heatMapUrl where its heat map is read */
export async function imageDrift(parts: GatewayParts, image: FoundImage, heatMapUrl: string): Promise<DriftReply> {
  const [report, inputs] = await Promise.all([
    findDrift(parts.database, image.id),
    findInputs(parts.database, { generationId: image.generation_id, projectId: null }),
  ])
  const source = inputs.find(({ role, idx }) => role === 'image' && idx === 0)
  const comparedWith = source ? { sha256: source.sha256, input_id: source.id } : null
  return presentDrift(report, { imageId: image.id, comparedWith, heatMapUrl })
}

/** Where the heat map of a picture lies; null when there is none. */
export async function readHeatMap(parts: GatewayParts, imageId: string) {
  const report = await findDrift(parts.database, imageId)
  const object = report?.heat_map_sha256 ? await findObject(parts.database, report.heat_map_sha256) : null
  return object && { sha256: object.sha256, bytes: object.bytes, path: object.path }
}
