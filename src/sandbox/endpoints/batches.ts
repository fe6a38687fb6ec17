import type { Call } from '../call.ts'
import { readJsonBody } from '../intake/read-json-body.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { sendJson } from '../scripted-answer.ts'

const USUAL_PAGE = 20
const LARGEST_PAGE = 100

/** `GET /v1/batches`: newest first; `after` and `limit` choose. */
export async function listBatches(call: Call, { batches }: SandboxState): Promise<void> {
  const { searchParams: asked } = new URL(call.request.url ?? '/', 'http://sandbox')
  const all = batches.list()
  const rest = all.slice(all.findIndex(({ id }) => id === asked.get('after')) + 1)
  const data = rest.slice(0, Math.min(LARGEST_PAGE, Number(asked.get('limit') ?? USUAL_PAGE)))
  const ends = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
  await sendJson(call, 200, { object: 'list', data, ...ends, has_more: data.length < rest.length })
}

/** `POST /_sandbox/batches`: puts a batch there, with the status, `request_counts` and metadata of the body. */
export async function shelveBatch(call: Call, { batches, settings }: SandboxState): Promise<void> {
  const told = await readJsonBody(call.request, settings.maxBodyBytes)
  await sendJson(call, 201, batches.add(told, settings.clock.nowMs()))
}
