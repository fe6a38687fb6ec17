import type { ModelRow } from '../../contract/model-row.ts'
import type { Call } from '../call.ts'
import { Refusal } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { sendJson } from '../scripted-answer.ts'

/** `GET /v1/models`: every id that answers today, snapshots included. */
export async function listModels(call: Call, { settings }: SandboxState): Promise<void> {
  const rows = settings.catalogue.list(settings.clock.nowMs())
  await sendJson(call, 200, { object: 'list', data: rows.flatMap((row) => [row.id, ...row.aliases].map((id) => modelObject(id, row))) })
}

/** `GET /v1/models/:id`. */
export async function retrieveModel(call: Call, { settings }: SandboxState): Promise<void> {
  const id = decodedId(call.path)
  const found = settings.catalogue.find(id, settings.clock.nowMs())
  if (!found || found.retired) {
    const message = `The model '${id.slice(0, 100)}' does not exist`
    throw new Refusal(404, { message, type: 'invalid_request_error', param: 'model', code: 'model_not_found' })
  }
  await sendJson(call, 200, modelObject(id, found.row))
}

function decodedId(path: string): string {
  const last = path.slice(path.lastIndexOf('/') + 1)
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

function modelObject(id: string, row: ModelRow) {
  return { id, object: 'model', created: Date.parse(row.from) / 1000, owned_by: 'system', shutdown_date: row.until }
}
