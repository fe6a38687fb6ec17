import { acceptedGeneration } from '../accepted-request.ts'
import type { Call } from '../call.ts'
import { readJsonBody } from '../intake/read-json-body.ts'
import { planRun } from '../picture-run.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { servePictures, takeFaults } from '../serve-pictures.ts'

/** `POST /v1/images/generations`: check, decide, then charge, paint and answer. */
export async function generations(call: Call, sandbox: SandboxState): Promise<void> {
  const body = await readJsonBody(call.request, sandbox.settings.maxBodyBytes)
  const request = acceptedGeneration(body, sandbox)
  const marked = takeFaults(call, request.prompt, sandbox)
  await servePictures(call, planRun(request, marked, sandbox.settings), sandbox)
}
