import { failure } from '../../contract/failure.ts'
import { migrationChecklistSchema, migrationScanSchema } from '../../contract/migration-replies.ts'
import { bodySource } from '../coming-edit.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute, type KnownContext } from '../http-route.ts'
import { isPlainJson } from '../read-body.ts'

/** Texts of a project; larger ones are scanned where they are, by `darkroom scan`. */
const LIMIT_BYTES = 4 * 1024 * 1024

/** The inventory of a project that somebody uploads. */
export const migrationScanRoute = adminRoute({
  method: 'POST',
  path: '/v2/migration/scan',
  tenant: 'none',
  tag: 'operations',
  summary: 'Scan a project for image calls',
  description:
    'What `darkroom scan` does, of files that are sent: every place that calls for pictures, what becomes of it, each request rewritten for the gateway. Up to 4 MiB of text; nothing of it is run or kept.',
  admission: 'body',
  streamsBody: true,
  body: { description: 'The files that the scan reads, by path.', schema: migrationScanSchema },
  replies: { 200: { description: 'The checklist.', schema: migrationChecklistSchema }, ...errorReplies(400, 401, 404, 413, 429, 503) },
  async handle(context) {
    const body = await readUpload(context)
    // Loaded when somebody asks for it: a gateway in production has moved already.
    const { scanUpload } = await import('../../migration/index.ts')
    return scanUpload({ body, gatewayUrl: context.baseUrl, folder: context.parts.spoolFolder })
  },
})

async function readUpload({ request }: KnownContext): Promise<Buffer> {
  if (!isPlainJson(request.headers['content-type'] ?? '')) throw failure('unsupported_media_type')
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of bodySource(request).body as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > LIMIT_BYTES) throw failure('body_too_large')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
