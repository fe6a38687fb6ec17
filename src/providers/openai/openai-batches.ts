import type { JsonObject } from '../../primitives/json.ts'
import { kindOfFile } from '../answer-kind.ts'
import type {
  BatchCall,
  BatchCallAnswer,
  BatchCalls,
  BatchFileCall,
  BatchFileSink,
  CreateBatchCall,
  ReadBatchFileCall,
  UploadBatchCall,
  UploadedFile,
  UpstreamBatch,
} from '../batch-calls.ts'
import type { DispatchOutcome, StoredResponseAnswer } from '../image-provider.ts'
import { redactorFor } from '../redact.ts'
import { askSmall } from './ask-small.ts'
import { batchEndpoints } from './batch-endpoints.ts'
import { batchLine } from './batch-line.ts'
import { callUpstream, type OpenAiProviderParts, requestTo } from './call-upstream.ts'
import { inPath, unsendable } from './in-path.ts'
import { listBatches } from './list-batches.ts'
import { type FormField, multipartBody } from './multipart-body.ts'
import { readBatch } from './read-batch.ts'

/** The bytes of one input file are said to be 200 MB; seen was 209,715,200: the lower one, so that no file is refused. */
const limits = { requests: 50_000, bytes: 200_000_000 } as const
/** What a batch's metadata hold at most (openai 7.55.0 types). */
const METADATA = { pairs: 16, keyCharacters: 64, valueCharacters: 512 }
/** A batch that failed names every line of its file that is wrong. */
const MAX_BATCH_BYTES = 32_000_000

/** OpenAI's Batch API, and what of its Files API batches need. */
export function openAiBatches(parts: OpenAiProviderParts): BatchCalls {
  return {
    limits,
    writeBatchLine: batchLine,
    uploadBatch: (call) => uploadBatch(parts, call),
    createBatch: (call) => createBatch(parts, call),
    retrieveBatch: (call) => askAboutBatch(parts, call, 'GET', ''),
    listBatches: (question) => listBatches(parts, question),
    cancelBatch: (call) => askAboutBatch(parts, call, 'POST', '/cancel'),
    readBatchFile: (call, sink) => readBatchFile(parts, call, sink),
    deleteFile: (call) => deleteFile(parts, call),
  }
}

async function uploadBatch(parts: OpenAiProviderParts, call: UploadBatchCall): Promise<BatchCallAnswer<UploadedFile>> {
  const { fileName, content, expiresAfterSeconds } = call
  const fields: FormField[] = [{ name: 'purpose', value: 'batch' }]
  if (expiresAfterSeconds !== undefined) {
    fields.push({ name: 'expires_after[anchor]', value: 'created_at' })
    fields.push({ name: 'expires_after[seconds]', value: String(expiresAfterSeconds) })
  }
  const files = [{ name: 'file', fileName, mediaType: 'application/jsonl', content }]
  const answer = await askSmall(parts, call, { method: 'POST', path: '/files', ...multipartBody({ fields, files }) })
  return read(answer, ({ id, bytes }) =>
    typeof id === 'string' && id !== '' ? { id, bytes: typeof bytes === 'number' ? bytes : null } : null,
  )
}

async function createBatch(parts: OpenAiProviderParts, call: CreateBatchCall): Promise<BatchCallAnswer<UpstreamBatch>> {
  const { inputFileId, operation, metadata } = call
  assertMetadata(metadata)
  const order = { input_file_id: inputFileId, endpoint: batchEndpoints[operation], completion_window: '24h', metadata: { ...metadata } }
  const body = Buffer.from(JSON.stringify(order))
  const answer = await askSmall(parts, call, { method: 'POST', path: '/batches', contentType: 'application/json', body })
  return readAsBatch(call, answer)
}

async function askAboutBatch(
  parts: OpenAiProviderParts,
  call: BatchCall,
  method: 'GET' | 'POST',
  below: string,
): Promise<BatchCallAnswer<UpstreamBatch>> {
  const path = inPath('/batches/', call.batchId, below)
  if (path === null) return { outcome: unsendable, value: null }
  return readAsBatch(call, await askSmall(parts, call, { method, path, maxBytes: MAX_BATCH_BYTES }))
}

async function readBatchFile(parts: OpenAiProviderParts, call: ReadBatchFileCall, sink: BatchFileSink): Promise<DispatchOutcome> {
  const path = inPath('/files/', call.fileId, '/content')
  if (path === null) return unsendable
  const request = requestTo(call, { method: 'GET', path, accept: '*/*', body: null })
  const into = {
    sent() {},
    begin: () => sink.begin(),
    data: (piece: Buffer, resume: () => void) => sink.data(piece, resume),
    end: (whole: boolean) => sink.end(whole),
  }
  return callUpstream(parts, request, { key: call.key }, into, call.maxBytes, kindOfFile)
}

async function deleteFile(parts: OpenAiProviderParts, call: BatchFileCall): Promise<BatchCallAnswer<{ deleted: boolean }>> {
  const path = inPath('/files/', call.fileId)
  if (path === null) return { outcome: unsendable, value: null }
  return read(await askSmall(parts, call, { method: 'DELETE', path }), ({ deleted }) => ({ deleted: deleted === true }))
}

function readAsBatch({ key }: Pick<BatchCall, 'key'>, answer: StoredResponseAnswer): BatchCallAnswer<UpstreamBatch> {
  return read(answer, (body) => readBatch(body, redactorFor(key)))
}

function read<Value>({ outcome, body }: StoredResponseAnswer, value: (body: JsonObject) => Value | null): BatchCallAnswer<Value> {
  if (body === null) return { outcome, value: null }
  const found = value(body)
  return found === null ? { outcome: { ...outcome, class: 'bad_response', cause: 'no_id' }, value: null } : { outcome, value: found }
}

function assertMetadata(metadata: Readonly<Record<string, string>>): void {
  const pairs = Object.entries(metadata)
  const fits = pairs.every(([key, value]) => key.length <= METADATA.keyCharacters && value.length <= METADATA.valueCharacters)
  if (pairs.length > METADATA.pairs || !fits) throw new TypeError('these metadata do not fit a batch')
}
