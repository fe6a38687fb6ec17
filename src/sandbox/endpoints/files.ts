import { checkedBatchInput } from '../batches/input-file.ts'
import type { Call } from '../call.ts'
import type { ShelvedFile } from '../file-shelf.ts'
import { isForm, readForm } from '../intake/read-form.ts'
import { unsupportedType } from '../intake/read-json-body.ts'
import { invalidRequest, type Refusal } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { sendAnswer } from '../wire/send-answer.ts'

const LONGEST_LIST = 10_000
/** Seconds a file may be asked to live: an hour to thirty days (openai 7.55.0 types). */
const LIFETIME_SECONDS = { shortest: 3_600, longest: 2_592_000 }

const PURPOSES = ['vision', 'batch']
/** What is uploaded for batches is deleted after thirty days unless the upload says otherwise (openai 7.55.0 types). */
const BATCH_LIFETIME_MS = LIFETIME_SECONDS.longest * 1000

/** `POST /v1/files`: takes in a picture, for edits that name it by id, or the lines of a batch. */
export async function uploadFile(call: Call, { files, settings }: SandboxState): Promise<object> {
  const contentType = call.request.headers['content-type'] ?? ''
  if (!isForm(contentType)) throw unsupportedType(contentType, 'multipart/form-data')
  const form = await readForm(call.request, settings.maxEditBodyBytes)
  const fields = new Map(form.fields)
  const purpose = checkedPurpose(fields)
  const [file] = form.files.filter(({ name }) => name === 'file')
  if (!file) throw missing('file')
  if (purpose === 'batch') checkedBatchInput(file)
  const createdAtMs = settings.clock.nowMs()
  const expiresAtMs = expiryOf(fields, createdAtMs) ?? (purpose === 'batch' ? createdAtMs + BATCH_LIFETIME_MS : null)
  const { fileName, mediaType, bytes } = file
  const shelved = files.add({ fileName: fileName ?? 'file', purpose, mediaType, content: [[bytes]], createdAtMs, expiresAtMs })
  if (!shelved) throw invalidRequest('The sandbox has no room for more files. Delete some.', 'sandbox_files_full')
  return fileObject(shelved)
}

/** `GET /v1/files`: the newest first, or the oldest with `order=asc`; `after`, `limit` and `purpose` choose. */
export async function listFiles(call: Call, { files, settings }: SandboxState): Promise<object> {
  const { searchParams: asked } = new URL(call.request.url ?? '/', 'http://sandbox')
  const newestFirst = files.list(settings.clock.nowMs())
  const ordered = asked.get('order') === 'asc' ? newestFirst.reverse() : newestFirst
  const after = ordered.findIndex(({ id }) => id === asked.get('after'))
  const wanted = ordered.slice(after + 1).filter(({ purpose }) => purpose === (asked.get('purpose') ?? purpose))
  const data = wanted.slice(0, limitOf(asked.get('limit'))).map(fileObject)
  const has_more = data.length < wanted.length
  return { object: 'list', data, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null, has_more }
}

/** `GET /v1/files/:id`. */
export async function retrieveFile(call: Call, sandbox: SandboxState): Promise<object> {
  return fileObject(shelvedFile(call, sandbox))
}

/** `GET /v1/files/:id/content`: the bytes of what batches read and wrote. */
export async function sendFileContent(call: Call, sandbox: SandboxState): Promise<void> {
  const { purpose, content } = shelvedFile(call, sandbox)
  if (purpose === 'vision') throw invalidRequest(`Not allowed to download files of purpose: ${purpose}`, null)
  await sendAnswer(call, { status: 200, headers: { 'content-type': 'application/octet-stream' } }, content)
}

/** `DELETE /v1/files/:id`. */
export async function deleteFile(call: Call, { files }: SandboxState): Promise<object> {
  const id = idOf(call)
  if (!files.delete(id)) throw noSuchFile(id)
  return { object: 'file', id, deleted: true }
}

function shelvedFile(call: Call, { files, settings }: SandboxState): ShelvedFile {
  const id = idOf(call)
  const file = files.find(id, settings.clock.nowMs())
  if (!file) throw noSuchFile(id)
  return file
}

function fileObject({ id, byteLength, createdAtMs, expiresAtMs, fileName, purpose }: ShelvedFile) {
  return {
    object: 'file',
    id,
    purpose,
    filename: fileName,
    bytes: byteLength,
    created_at: Math.floor(createdAtMs / 1000),
    expires_at: expiresAtMs === null ? null : Math.floor(expiresAtMs / 1000),
    status: 'processed',
    status_details: null,
  }
}

function checkedPurpose(fields: ReadonlyMap<string, string>): string {
  const purpose = fields.get('purpose')
  if (purpose === undefined) throw missing('purpose')
  if (PURPOSES.includes(purpose)) return purpose
  const message = `Invalid value: '${purpose.slice(0, 100)}'. Supported values are: 'vision' and 'batch'. The sandbox keeps no other files.`
  throw invalidRequest(message, 'invalid_value', { param: 'purpose' })
}

/** Reads `expires_after[anchor]` (always `created_at`) and `expires_after[seconds]`. */
function expiryOf(fields: ReadonlyMap<string, string>, createdAtMs: number): number | null {
  const text = fields.get('expires_after[seconds]')
  if (text === undefined) return null
  const seconds = /^\d{1,10}$/.test(text) ? Number(text) : 0
  if (seconds >= LIFETIME_SECONDS.shortest && seconds <= LIFETIME_SECONDS.longest) return createdAtMs + seconds * 1000
  const { shortest, longest } = LIFETIME_SECONDS
  throw invalidRequest(`Expected a whole number of seconds from ${shortest} to ${longest}.`, 'invalid_value', {
    param: 'expires_after[seconds]',
  })
}

function limitOf(text: string | null): number {
  if (text === null) return LONGEST_LIST
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= LONGEST_LIST) return limit
  throw invalidRequest(`Invalid 'limit': expected a whole number from 1 to ${LONGEST_LIST}.`, 'invalid_value', { param: 'limit' })
}

function idOf({ path }: Call): string {
  return /^\/v1\/files\/([^/]+)/.exec(path)?.[1] ?? ''
}

function missing(param: string): Refusal {
  return invalidRequest(`Missing required parameter: '${param}'.`, 'missing_required_parameter', { param })
}

function noSuchFile(id: string): Refusal {
  return invalidRequest(`No such File object: ${id.slice(0, 100)}`, null, { status: 404, param: 'id' })
}
