import { serveResult } from '../apiframe/serve-result.ts'
import { showJob } from '../apiframe/show-job.ts'
import { submitJob } from '../apiframe/submit-job.ts'
import { authorize, authorizeByApiKey, type KeyCheck } from '../authorization.ts'
import type { Call } from '../call.ts'
import { unknownFace } from '../faces/face-path.ts'
import { invalidRequest } from '../refusal.ts'
import type { SandboxState } from '../sandbox-state.ts'
import { armFault, clearFaults, forgetResponses, readCalls, readFaces, readFaults, readInvoice, readResponses } from './admin.ts'
import { answering, sending } from './answering.ts'
import { advanceBatch, readBatches, shelveBatch } from './batch-admin.ts'
import { cancelBatch, createBatch, listBatches, retrieveBatch } from './batches.ts'
import { edits } from './edits.ts'
import { deleteFile, listFiles, retrieveFile, sendFileContent, uploadFile } from './files.ts'
import { generations } from './generations.ts'
import { listModels, retrieveModel } from './models.ts'
import { cancelResponse, createResponse, deleteResponse, retrieveResponse } from './responses.ts'
import { costs, imageUsage } from './usage.ts'
import { variations } from './variations.ts'

/** Answers a call. Throws a Refusal for an answer in the error envelope. */
type Serve = (call: Call, sandbox: SandboxState) => Promise<void>

/** What a method on a path leads to. */
export interface Endpoint {
  serve: Serve
  /** Upstreams' surfaces need a key, the sandbox's own and the addresses of pictures do not. */
  checkKey: KeyCheck | null
  /** A POST to the API: counted by its client request id. */
  isCounted: boolean
}

interface Route {
  path: RegExp
  methods: Readonly<Record<string, Serve>>
}

const routes: readonly Route[] = [
  { path: /^\/v1\/images\/generations$/, methods: { POST: generations } },
  { path: /^\/v1\/images\/edits$/, methods: { POST: edits } },
  { path: /^\/v1\/images\/variations$/, methods: { POST: variations } },
  { path: /^\/v1\/responses$/, methods: { POST: createResponse } },
  { path: /^\/v1\/responses\/[^/]+$/, methods: { GET: retrieveResponse, DELETE: deleteResponse } },
  { path: /^\/v1\/responses\/[^/]+\/cancel$/, methods: { POST: cancelResponse } },
  { path: /^\/v1\/files$/, methods: { POST: answering('files.create', uploadFile), GET: answering('files.list', listFiles) } },
  {
    path: /^\/v1\/files\/[^/]+$/,
    methods: { GET: answering('files.retrieve', retrieveFile), DELETE: answering('files.delete', deleteFile) },
  },
  { path: /^\/v1\/files\/[^/]+\/content$/, methods: { GET: sending('files.content', sendFileContent) } },
  { path: /^\/v1\/models$/, methods: { GET: listModels } },
  { path: /^\/v1\/models\/[^/]+$/, methods: { GET: retrieveModel } },
  {
    path: /^\/v1\/batches$/,
    methods: { POST: answering('batches.create', createBatch), GET: answering('batches.list', listBatches) },
  },
  { path: /^\/v1\/batches\/[^/]+$/, methods: { GET: answering('batches.retrieve', retrieveBatch) } },
  { path: /^\/v1\/batches\/[^/]+\/cancel$/, methods: { POST: answering('batches.cancel', cancelBatch) } },
  { path: /^\/v1\/organization\/usage\/images$/, methods: { GET: imageUsage } },
  { path: /^\/v1\/organization\/costs$/, methods: { GET: costs } },
  { path: /^\/v2\/images\/generate$/, methods: { POST: submitJob } },
  { path: /^\/v2\/jobs\/[^/]+$/, methods: { GET: showJob } },
  { path: /^\/results\/[^/]+\/[^/]+$/, methods: { GET: serveResult } },
  { path: /^\/_sandbox\/invoice$/, methods: { GET: readInvoice } },
  { path: /^\/_sandbox\/calls$/, methods: { GET: readCalls } },
  { path: /^\/_sandbox\/responses$/, methods: { GET: readResponses, DELETE: forgetResponses } },
  { path: /^\/_sandbox\/responses\/[^/]+$/, methods: { DELETE: forgetResponses } },
  { path: /^\/_sandbox\/faces$/, methods: { GET: readFaces } },
  { path: /^\/_sandbox\/batches$/, methods: { GET: readBatches, POST: shelveBatch } },
  { path: /^\/_sandbox\/batches\/[^/]+\/advance$/, methods: { POST: advanceBatch } },
  { path: /^\/_sandbox\/faults$/, methods: { GET: readFaults, POST: armFault, DELETE: clearFaults } },
]

/** How each surface takes its key. */
const keyChecks: ReadonlyMap<string | undefined, KeyCheck> = new Map([
  ['v1', authorize],
  ['v2', authorizeByApiKey],
])

/** The endpoint of a call. What upstream does not have is an endpoint too: one that refuses. */
export function endpointFor(method: string, path: string): Endpoint {
  const surface = /^\/(v[12])\//.exec(path)?.[1]
  const route = routes.find((candidate) => candidate.path.test(path))
  const serve = route ? (route.methods[method] ?? refusing(wrongMethod(method, path))) : refusing(noSuchPath(method, path))
  return { serve, checkKey: keyChecks.get(surface) ?? null, isCounted: surface !== undefined && method === 'POST' }
}

function refusing(refusal: Error): Serve {
  return async () => {
    throw refusal
  }
}

function wrongMethod(method: string, path: string): Error {
  const hint = '(HINT: Perhaps you meant to use a different HTTP method?)'
  return invalidRequest(`Not allowed to ${method} on ${path.slice(0, 200)} ${hint}`, 'method_not_supported', { status: 405 })
}

function noSuchPath(method: string, path: string): Error {
  return unknownFace(path) ?? invalidRequest(`Invalid URL (${method} ${path.slice(0, 200)})`, null, { status: 404 })
}
