import { acceptEdit } from '../../contract/check-edit.ts'
import type { ImageRequest } from '../../contract/image-request.ts'
import type { Call } from '../call.ts'
import { type EditBody, readEditBody } from '../intake/edit-body.ts'
import { readPictures, shownInput } from '../intake/read-pictures.ts'
import { receiveInputs } from '../intake/received-input.ts'
import { planRun } from '../picture-run.ts'
import { refusingAsUpstream } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { servePictures, takeFaults } from '../serve-pictures.ts'

/** `POST /v1/images/edits`: check the fields, then the pictures, decide, then charge, paint and answer. */
export async function edits(call: Call, sandbox: SandboxState): Promise<void> {
  const { settings, files, press } = sandbox
  const body = await readEditBody(call, settings.maxEditBodyBytes)
  const request = checkAsUpstream(body, sandbox)
  const received = receiveInputs(request.references, body.carried, files, settings.clock.nowMs())
  call.record.inputs = received.map(shownInput)
  const inputs = await readPictures(received, request, press)
  const marked = takeFaults(call, request.prompt, sandbox)
  await servePictures(call, planRun(request, marked, settings, inputs), sandbox)
}

function checkAsUpstream({ fields, inputs }: EditBody, { settings }: SandboxState): ImageRequest {
  const { catalogue, transparentPreview, clock } = settings
  const context = { catalogue, atMs: clock.nowMs(), as: 'upstream', transparentPreview } as const
  return refusingAsUpstream(() => acceptEdit(fields, inputs, context).request)
}
