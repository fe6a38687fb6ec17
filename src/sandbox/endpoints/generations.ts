import { acceptGeneration } from '../../contract/check-generation.ts'
import type { ImageRequest } from '../../contract/image-request.ts'
import type { JsonObject } from '../../primitives/json.ts'
import type { Call } from '../call.ts'
import { readJsonBody } from '../intake/read-json-body.ts'
import { planRun } from '../picture-run.ts'
import { refusingAsUpstream } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { servePictures, takeFaults } from '../serve-pictures.ts'

/** `POST /v1/images/generations`: check, decide, then charge, paint and answer. */
export async function generations(call: Call, sandbox: SandboxState): Promise<void> {
  const body = await readJsonBody(call.request, sandbox.settings.maxBodyBytes)
  const request = checkAsUpstream(body, sandbox)
  const marked = takeFaults(call, request.prompt, sandbox)
  await servePictures(call, planRun(request, marked, sandbox.settings), sandbox)
}

function checkAsUpstream(body: JsonObject, { settings }: SandboxState): ImageRequest {
  const { catalogue, transparentPreview, clock } = settings
  const context = { catalogue, atMs: clock.nowMs(), as: 'upstream', transparentPreview } as const
  return refusingAsUpstream(() => acceptGeneration(body, context).request)
}
