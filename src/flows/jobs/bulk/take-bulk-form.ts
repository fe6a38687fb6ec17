import { bulkLimits } from '../../../contract/bulk-request.ts'
import { failure } from '../../../contract/failure.ts'
import { type BodySource, takeInUpload } from '../../../inputs/index.ts'
import type { GatewayParts } from '../../gateway-parts.ts'
import { openInputWorkspace } from '../../input-workspace.ts'

/** A form with the items of a bulk as a file; it goes with its folder. */
export interface BulkForm extends AsyncDisposable {
  fields: Record<string, string>
  path: string
}

/** Takes in a bulk that comes as a form: its file `file`, and settings as fields. @throws Failure as other forms do */
export async function takeBulkForm(parts: GatewayParts, coming: { requestId: string; source: BodySource }): Promise<BulkForm> {
  await using opening = new AsyncDisposableStack()
  const { folder } = opening.use(await openInputWorkspace(parts, coming.requestId))
  const intake = await takeInUpload(coming.source, {
    folder,
    name: 'bulk',
    limits: { fileBytes: bulkLimits.bytes, formBytes: bulkLimits.bytes + 1_048_576, fieldBytes: 1_048_576 },
  })
  const [file] = intake.uploads
  if (!file) throw failure('missing_required_parameter', { param: 'file', message: "Missing required parameter: 'file'." })
  const open = opening.move()
  return { fields: Object.fromEntries(intake.fields), path: file.path, [Symbol.asyncDispose]: () => open.disposeAsync() }
}
