import { createHash } from 'node:crypto'
import type { CompletedPart, PutObjectCommandInput } from '@aws-sdk/client-s3'
import { checkedBytes, type FileStretch, hashStretch, OtherBytesError } from './checked-file.ts'
import type { S3Connection, SentBytes } from './s3-connection.ts'
import { S3Problem } from './s3-failure.ts'

/** A file on its way to its name in a bucket. */
export interface S3Upload {
  target: { Bucket: string; Key: string }
  /** What is asked of the store beside keeping the bytes. */
  encryption: Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'>
  file: { path: string; bytes: number; sha256: string }
  /** Refuse to replace what has the name already. */
  onlyIfNew: boolean
}

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

/**
 * Puts a file in one request, its SHA-256 both signed and sent as its checksum.
 * @returns the checksum that the store says it took, null where it says none
 */
export async function putWhole(connection: S3Connection, { target, encryption, file, onlyIfNew }: S3Upload): Promise<string | null> {
  const { PutObjectCommand } = connection.library
  const input = {
    ...target,
    ...encryption,
    ContentLength: file.bytes,
    ContentType: 'application/octet-stream',
    ChecksumSHA256: base64(file.sha256),
    ...(onlyIfNew ? { IfNoneMatch: '*' } : {}),
  }
  const bytes = fileBytes({ path: file.path, start: 0, length: file.bytes }, file.sha256)
  const answer = await connection.send(
    'PutObject',
    ({ client, body, options }) => client.send(signedFor(new PutObjectCommand({ ...input, Body: body }), file.sha256), options),
    bytes,
  )
  return answer.ChecksumSHA256 === undefined ? null : sameChecksum(answer.ChecksumSHA256, base64(file.sha256))
}

/**
 * Puts a file in parts, one after the other, each with its own checksum; what they add up to is compared with the hash of the whole before the
 * store makes an object of them. Parts of an upload that fails are given up.
 * @returns the store's checksum of all checksums, null where it says none
 */
export async function putInParts(connection: S3Connection, upload: S3Upload, partBytes: number): Promise<string | null> {
  const { CreateMultipartUploadCommand } = connection.library
  const begin = { ...upload.target, ...upload.encryption, ContentType: 'application/octet-stream', ChecksumAlgorithm: 'SHA256' as const }
  const { UploadId } = await connection.send('CreateMultipartUpload', ({ client, options }) =>
    client.send(new CreateMultipartUploadCommand(begin), options),
  )
  const parts = { ...upload.target, UploadId: UploadId! }
  try {
    return await finish(connection, upload, parts, await putParts(connection, upload, parts, partBytes))
  } catch (error) {
    await giveUp(connection, parts)
    throw error
  }
}

type PartsOf = S3Upload['target'] & { UploadId: string }

async function putParts(connection: S3Connection, { file }: S3Upload, parts: PartsOf, partBytes: number): Promise<CompletedPart[]> {
  const { UploadPartCommand } = connection.library
  const whole = createHash('sha256')
  const done: CompletedPart[] = []
  for (let start = 0; start < file.bytes; start += partBytes) {
    const stretch = { path: file.path, start, length: Math.min(partBytes, file.bytes - start) }
    const sha256 = await hashStretch(stretch, whole)
    const input = { ...parts, PartNumber: done.length + 1, ContentLength: stretch.length, ChecksumSHA256: base64(sha256) }
    const { ETag, ChecksumSHA256 } = await connection.send(
      'UploadPart',
      ({ client, body, options }) => client.send(signedFor(new UploadPartCommand({ ...input, Body: body }), sha256), options),
      fileBytes(stretch, sha256),
    )
    // A store that says nothing of checksums would not understand them in the list either.
    const checksum = ChecksumSHA256 === undefined ? {} : { ChecksumSHA256: sameChecksum(ChecksumSHA256, input.ChecksumSHA256) }
    done.push({ PartNumber: input.PartNumber, ETag, ...checksum })
  }
  if (whole.digest('hex') !== file.sha256) throw new OtherBytesError()
  return done
}

async function finish(connection: S3Connection, { onlyIfNew }: S3Upload, parts: PartsOf, done: CompletedPart[]): Promise<string | null> {
  const { CompleteMultipartUploadCommand } = connection.library
  const input = { ...parts, MultipartUpload: { Parts: done }, ...(onlyIfNew ? { IfNoneMatch: '*' } : {}) }
  const answer = await connection.send('CompleteMultipartUpload', ({ client, options }) =>
    client.send(new CompleteMultipartUploadCommand(input), options),
  )
  return answer.ChecksumSHA256 === undefined ? null : sameChecksum(answer.ChecksumSHA256, checksumOfParts(done))
}

/** As Amazon makes it: the hash of the hashes, and how many there are. */
function checksumOfParts(parts: readonly CompletedPart[]): string {
  const all = createHash('sha256')
  for (const { ChecksumSHA256 = '' } of parts) all.update(Buffer.from(ChecksumSHA256, 'base64'))
  return `${all.digest('base64')}-${parts.length}`
}

/** What cannot be given up now is left to the bucket's rule for unfinished uploads. */
async function giveUp(connection: S3Connection, parts: PartsOf): Promise<void> {
  const { AbortMultipartUploadCommand } = connection.library
  const giving = connection.send('AbortMultipartUpload', ({ client, options }) =>
    client.send(new AbortMultipartUploadCommand(parts), options),
  )
  await giving.catch(() => undefined)
}

function fileBytes(stretch: FileStretch, sha256: string): SentBytes {
  return { length: stretch.length, sha256, open: () => checkedBytes(stretch, sha256) }
}

/** A command whose bytes are signed by their hash, which the library would leave out of the signature of a stream. */
export function signedFor<Command extends { middlewareStack: { add: unknown } }>(command: Command, sha256: string): Command {
  type Next = (args: { request: { headers: Record<string, string> } }) => unknown
  const stack = command.middlewareStack as { add(middleware: (next: Next) => Next, options: object): void }
  const middleware = (next: Next) => (args: Parameters<Next>[0]) => {
    args.request.headers['x-amz-content-sha256'] = sha256
    return next(args)
  }
  stack.add(middleware, { step: 'build', name: 'signedBytes' })
  return command
}

function sameChecksum(found: string, expected: string): string {
  if (found !== expected) throw new S3Problem('put', { code: 'ChecksumMismatch', httpStatus: 200 })
  return found
}
