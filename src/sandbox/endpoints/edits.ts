import { acceptedEdit } from '../accepted-request.ts'
import type { Call } from '../call.ts'
import { readEditBody } from '../intake/edit-body.ts'
import { shownInput } from '../intake/read-pictures.ts'
import { planRun } from '../picture-run.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { servePictures, takeFaults } from '../serve-pictures.ts'

/** `POST /v1/images/edits`: check the fields, then the pictures, decide, then charge, paint and answer. */
export async function edits(call: Call, sandbox: SandboxState): Promise<void> {
  const body = await readEditBody(call, sandbox.settings.maxEditBodyBytes)
  const { request, inputs } = await acceptedEdit(body, sandbox, (received) => {
    call.record.inputs = received.map(shownInput)
  })
  const marked = takeFaults(call, request.prompt, sandbox)
  await servePictures(call, planRun(request, marked, sandbox.settings, inputs), sandbox)
}
