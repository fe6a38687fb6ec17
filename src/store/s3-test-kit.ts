import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import S3rver, { type S3Context } from '@20minutes/s3rver'
import { Secret } from '../primitives/secret.ts'
import type { S3Settings } from './s3-settings.ts'

/** What a server for tests does that one in good health would not. */
export interface S3Ailments {
  /** Takes connections and says nothing. */
  hangs: boolean
  /** Refuses whatever would change the bucket. */
  readOnly: boolean
  /** Answers 503 to everything. */
  overloaded: boolean
  /** Takes no byte more. */
  full: boolean
  /** Breaks off in the middle of every object that is read. */
  cutsReads: boolean
  /** Breaks off while bytes are sent, for so many requests. */
  cutsWrites: number
  /** Says that it took another checksum than it was sent. */
  misreports: boolean
  /** Keeps half of what it is sent, and says nothing of it. */
  loses: boolean
  /** Refuses to say of anything that it is not there, as Amazon does to keys without `s3:ListBucket`. */
  hidesMissing: boolean
  /** How far its clock is ahead of ours; it has no objects then. */
  clockAheadMs: number
}

/** An S3 server for tests. */
export interface TestS3 {
  url: string
  bucket: string
  ails: S3Ailments
  /** Method and path of every request, with its query. */
  requests: { call: string; headers: S3Context['headers'] }[]
  settings(other?: Partial<S3Settings>): S3Settings
  /** What a gateway is told to use it. */
  environment: Readonly<Record<string, string>>
  /** The file that an object of this key is kept in. */
  fileOf(key: string): string
  /** Keys of objects, in order. */
  keys(): Promise<string[]>
  /** Names of uploads that were begun and neither completed nor given up. */
  unfinished(): Promise<string[]>
  /** Closes its port and breaks off what is under way. */
  goDown(): Promise<void>
  comeBack(): Promise<void>
  close(): Promise<void>
}

/** Nothing is wrong with it. */
export const healthy: Readonly<S3Ailments> = {
  hangs: false,
  readOnly: false,
  overloaded: false,
  full: false,
  cutsReads: false,
  cutsWrites: 0,
  misreports: false,
  loses: false,
  hidesMissing: false,
  clockAheadMs: 0,
}

const REGION = 'us-east-1'
const SKEW_MS = 15 * 60_000
const FILE = /^(.*)\._S3rver_object$/

/**
 * Starts s3rver, which keeps buckets in a folder and checks signatures. It knows nothing of checksums, conditions, regions, clocks and of giving
 * uploads up, so those answers of Amazon's are given in front of it, as its documentation describes them; `modern: false` leaves checksums and conditions out, as older
 * stores do.
 */
export async function startS3({ modern = true } = {}): Promise<TestS3> {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-s3-'))
  const bucket = 'pictures'
  const ails: S3Ailments = { ...healthy }
  const requests: TestS3['requests'] = []
  const folder = join(directory, bucket)
  const fileOf = (key: string) => join(folder, `${key}._S3rver_object`)
  const uploads = join(folder, '._S3rver_uploads')
  const front = frontOf({ ails, requests, bucket, fileOf, uploads, modern })
  let running: S3rver | null = null
  const run = async (port: number) => {
    running = new S3rver({ address: '127.0.0.1', port, silent: true, directory, vhostBuckets: false, configureBuckets: [{ name: bucket }] })
    running.middleware.unshift(front)
    return (await running.run()).port
  }
  const port = await run(0)
  const url = `http://127.0.0.1:${port}`
  const goDown = async () => {
    const closing = running?.close()
    running?.httpServer.closeAllConnections()
    running = null
    await closing
  }
  const filesIn = async (place: string) => (existsSync(place) ? await readdir(place, { recursive: true }) : [])
  return {
    url,
    bucket,
    ails,
    requests,
    fileOf,
    settings: (other = {}) => ({
      bucket,
      endpoint: url,
      region: REGION,
      prefix: '',
      credentials: { accessKeyId: 'S3RVER', secretAccessKey: new Secret('S3RVER'), sessionToken: null },
      forcePathStyle: true,
      encryption: { kind: 'none' },
      reads: 'proxied',
      ...other,
    }),
    environment: { S3_BUCKET: bucket, S3_ENDPOINT: url, S3_ACCESS_KEY_ID: 'S3RVER', S3_SECRET_ACCESS_KEY: 'S3RVER' },
    keys: async () => (await filesIn(folder)).flatMap((name) => FILE.exec(name)?.[1] ?? []).sort(),
    unfinished: async () => (await filesIn(uploads)).filter((name) => !name.includes('/')),
    goDown,
    comeBack: async () => void (await run(port)),
    close: async () => {
      await goDown()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

interface Front extends Pick<TestS3, 'ails' | 'requests' | 'bucket' | 'fileOf'> {
  /** Where s3rver keeps uploads in parts. */
  uploads: string
  modern: boolean
}

function frontOf({ ails, requests, bucket, fileOf, uploads, modern }: Front) {
  const queues = new Map<string, Promise<unknown>>()
  /** A put of a key is one step in S3; s3rver would let two write the same file. */
  const inTurn = async (key: string, work: () => Promise<void>) => {
    const turn = (queues.get(key) ?? Promise.resolve()).then(work)
    queues.set(
      key,
      turn.catch(() => undefined),
    )
    await turn
  }
  return async (context: S3Context, next: () => Promise<void>) => {
    requests.push({ call: `${context.method} ${context.req.url}`, headers: { ...context.headers } })
    const refusal = refusalOf(context, ails)
    if (ails.hangs) {
      context.respond = false
      return
    }
    if (refusal) return refuse(context, ...refusal)
    if (context.method === 'GET' && ails.cutsReads) return cutRead(context, next)
    const { uploadId } = context.query
    const key = context.path.slice(`/${bucket}/`.length)
    if (context.method === 'DELETE' && uploadId) return giveUp(context, join(uploads, basename(uploadId)))
    if (context.method === 'HEAD' && ails.hidesMissing && !existsSync(fileOf(key))) return refuse(context, 403, 'AccessDenied')
    if (context.method === 'HEAD' && modern) return withChecksum(context, fileOf(key), next)
    if (context.method === 'POST' && uploadId && modern) return withChecksumOfParts(context, join(uploads, basename(uploadId)), ails, next)
    if (context.method !== 'PUT' && context.method !== 'POST') return next()
    if (ails.cutsWrites > 0 && context.method === 'PUT') {
      ails.cutsWrites -= 1
      return cutWrite(context)
    }
    const file = uploadId && context.method === 'PUT' ? join(uploads, basename(uploadId), String(context.query['partNumber'])) : fileOf(key)
    await inTurn(file, () => {
      const whole = () => wholeOrNothing(context, file, ails, next)
      return modern ? withConditionsAndChecksums(context, file, ails, whole) : whole()
    })
  }
}

function refusalOf({ method, headers }: S3Context, ails: S3Ailments): [number, string] | null {
  if (ails.overloaded) return [503, 'SlowDown']
  const scope = /Credential=[^/]+\/\d{8}\/([^/]+)\//.exec(headers['authorization'] ?? '')
  if (scope && scope[1] !== REGION) return [400, 'AuthorizationHeaderMalformed']
  const stamp = headers['x-amz-date']?.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  if (stamp && Math.abs(Date.now() + ails.clockAheadMs - Date.parse(stamp)) > SKEW_MS) return [403, 'RequestTimeTooSkewed']
  // s3rver has a clock of its own, which would refuse what suits the other one.
  if (ails.clockAheadMs !== 0) return [404, 'NoSuchKey']
  if (ails.full && method === 'PUT') return [507, 'InsufficientStorage']
  return ails.readOnly && method !== 'GET' && method !== 'HEAD' ? [403, 'AccessDenied'] : null
}

function refuse(context: S3Context, status: number, code: string): void {
  context.req.resume()
  context.status = status
  context.type = 'application/xml'
  context.set('date', new Date(Date.now() + (code === 'RequestTimeTooSkewed' ? 3_600_000 : 0)).toUTCString())
  context.body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>S3RVER may not</Message></Error>`
}

async function cutRead(context: S3Context, next: () => Promise<void>): Promise<void> {
  await next()
  const source = context.body as AsyncIterable<Uint8Array>
  context.respond = false
  context.res.writeHead(context.status, { 'content-length': String(context.res.getHeader('content-length')) })
  for await (const piece of source) {
    context.res.write(piece.subarray(0, Math.floor(piece.length / 2)), () => context.res.destroy())
    return
  }
}

function cutWrite(context: S3Context): void {
  context.respond = false
  context.req.once('data', () => context.req.destroy())
}

/** A put that breaks off leaves nothing in S3; s3rver would leave what had come. */
async function wholeOrNothing(context: S3Context, file: string, ails: S3Ailments, next: () => Promise<void>): Promise<void> {
  try {
    await next()
    if (ails.loses) await truncate(file, Math.floor((await stat(file)).size / 2))
  } catch (error) {
    if (context.method === 'PUT') await rm(file, { force: true })
    throw error
  }
}

/** What s3rver leaves out of a put: `If-None-Match: *`, the signed hash of the bytes, and their checksum with its echo. */
async function withConditionsAndChecksums(context: S3Context, file: string, ails: S3Ailments, next: () => Promise<void>): Promise<void> {
  const { headers } = context
  if (headers['if-none-match'] === '*' && existsSync(file)) return refuse(context, 412, 'PreconditionFailed')
  await next()
  const announced = headers['x-amz-checksum-sha256']
  if (context.status !== 200 || announced === undefined) return
  const sha256 = createHash('sha256').update(await readFile(file))
  const found = sha256.copy().digest('hex')
  if (sha256.digest('base64') === announced && found === headers['x-amz-content-sha256']) {
    context.set('x-amz-checksum-sha256', ails.misreports ? another : announced)
    return
  }
  await rm(file, { force: true })
  refuse(context, 400, 'BadDigest')
}

const another = createHash('sha256').digest('base64')

/** The checksum of an object in parts: the hash of their hashes, and how many there are. */
async function withChecksumOfParts(context: S3Context, folder: string, ails: S3Ailments, next: () => Promise<void>): Promise<void> {
  const numbers = (await readdir(folder)).filter((name) => /^\d+$/.test(name)).sort((one, other) => Number(one) - Number(other))
  const all = createHash('sha256')
  for (const number of numbers)
    all.update(
      createHash('sha256')
        .update(await readFile(join(folder, number)))
        .digest(),
    )
  await next()
  const { CompleteMultipartUploadResult: result } = context.body as { CompleteMultipartUploadResult?: Record<string, string> }
  if (result) result['ChecksumSHA256'] = `${ails.misreports ? another : all.digest('base64')}-${numbers.length}`
}

async function withChecksum(context: S3Context, file: string, next: () => Promise<void>): Promise<void> {
  await next()
  if (context.status === 200 && context.headers['x-amz-checksum-mode'] === 'ENABLED')
    context.set(
      'x-amz-checksum-sha256',
      createHash('sha256')
        .update(await readFile(file))
        .digest('base64'),
    )
}

/** s3rver begins and completes uploads in parts, but gives none up. */
async function giveUp(context: S3Context, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  context.status = 204
}

/** Writes other bytes under a key, as nobody but an operator could. */
export async function damage(s3: TestS3, key: string, bytes: Uint8Array): Promise<void> {
  await writeFile(s3.fileOf(key), bytes)
  await rm(`${s3.fileOf(key)}.md5`, { force: true })
}
