import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '../primitives/secret.ts'
import { describeObjectStore } from './object-store-conformance.ts'
import type { S3Settings } from './s3-settings.ts'
import { S3Store, type S3StoreOptions } from './s3-store.ts'
import { damage, healthy, startS3, type TestS3 } from './s3-test-kit.ts'

const MIB = 1024 * 1024
/** Tests do not wait for what cannot come. */
const hasty: S3StoreOptions = { patience: { answerTimeoutMs: 2_000, retryPausesMs: [10, 10] } }

const opened: S3Store[] = []
const openStore = async (s3: TestS3, settings: Partial<S3Settings> = {}, options: S3StoreOptions = hasty) => {
  const store = await S3Store.open(s3.settings(settings), options)
  opened.push(store)
  return store
}
const closeStores = () => {
  for (const store of opened.splice(0)) store.close()
}

describe.each([
  ['that knows checksums and conditions', true],
  ['that knows neither', false],
])('on a server %s', (_, modern) => {
  let s3: TestS3
  describeObjectStore('S3Store', {
    create: async () => {
      s3 = await startS3({ modern })
      return openStore(s3, { prefix: 'darkroom/tests/' })
    },
    dispose: async () => {
      closeStores()
      await s3.close()
    },
  })
})

describe('S3Store', () => {
  let s3: TestS3
  /** It checks no bytes. */
  let old: TestS3
  let folder: string

  beforeAll(async () => {
    s3 = await startS3()
    old = await startS3({ modern: false })
  })
  afterAll(() => Promise.all([s3.close(), old.close()]))
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'darkroom-s3-spool-'))
    Object.assign(s3.ails, healthy)
    s3.requests.length = 0
  })
  afterEach(async () => {
    closeStores()
    await rm(folder, { recursive: true, force: true })
  })

  const spool = async (bytes: Uint8Array = randomBytes(1000)) => {
    const spoolPath = join(folder, randomBytes(8).toString('hex'))
    await writeFile(spoolPath, bytes)
    return { spoolPath, sha256: createHash('sha256').update(bytes).digest('hex'), extension: 'png' }
  }
  const calls = (method: string) => s3.requests.filter(({ call }) => call.startsWith(`${method} `))

  it('signs the hash of the bytes, sends it as their checksum, and asks for a new name', async () => {
    const store = await openStore(s3)
    const object = await spool()
    await store.put(object)
    expect(calls('PUT')).toHaveLength(1)
    expect(calls('PUT')[0]!.headers).toMatchObject({
      'x-amz-content-sha256': object.sha256,
      'x-amz-checksum-sha256': Buffer.from(object.sha256, 'hex').toString('base64'),
      'if-none-match': '*',
      'content-length': '1000',
    })
  })

  it('sends bytes that are there once only, and replaces those that are others', async () => {
    const store = await openStore(s3)
    const bytes = randomBytes(1000)
    const { path } = await store.put(await spool(bytes))
    expect(await store.put(await spool(bytes))).toMatchObject({ existed: true })
    expect(calls('PUT')).toHaveLength(1)
    await damage(s3, path, randomBytes(1000))
    expect(await store.put(await spool(bytes))).toMatchObject({ existed: false })
    expect(await buffer(await store.open(path))).toEqual(bytes)
  })

  it('finds other bytes under a name by reading them', async () => {
    const store = await openStore(s3)
    const object = await spool()
    const { path } = await store.put(object)
    expect((await store.examine(path))?.sha256).toBe(object.sha256)
    await damage(s3, path, randomBytes(1000))
    expect((await store.examine(path))?.sha256).not.toBe(object.sha256)
  })

  it('puts a long file in parts, and gives its bytes back', async () => {
    const store = await openStore(s3, {}, { ...hasty, wholeUpToBytes: 5 * MIB, partBytes: 5 * MIB })
    const bytes = randomBytes(12 * MIB)
    const object = await spool(bytes)
    const { path } = await store.put(object)
    expect(calls('PUT').map(({ call }) => /partNumber=(\d)/.exec(call)?.[1])).toEqual(['1', '2', '3'])
    expect(Buffer.compare(await buffer(await store.open(path)), bytes)).toBe(0)
    expect(await s3.unfinished()).toEqual([])
    expect(existsSync(object.spoolPath)).toBe(false)
  })

  it('puts in parts to a server that knows no checksums too', async () => {
    const store = await openStore(old, {}, { ...hasty, wholeUpToBytes: 5 * MIB, partBytes: 5 * MIB })
    const object = await spool(randomBytes(7 * MIB))
    const { path } = await store.put(object)
    expect(await store.examine(path)).toEqual({ sha256: object.sha256, bytes: 7 * MIB })
  })

  it.each([1000, 6 * MIB])('does not take a put of %i bytes for proven when the store says that it took others', async (bytes) => {
    const store = await openStore(s3, {}, { ...hasty, wholeUpToBytes: 5 * MIB, partBytes: 5 * MIB })
    const object = await spool(randomBytes(bytes))
    s3.ails.misreports = true
    await expect(store.put(object)).rejects.toMatchObject({ code: 'storage_unavailable', cause: { code: 'ChecksumMismatch' } })
    expect(existsSync(object.spoolPath)).toBe(true)
  })

  it('gives an upload in parts up when it fails, and keeps the spooled file', async () => {
    const store = await openStore(s3, {}, { ...hasty, wholeUpToBytes: 5 * MIB, partBytes: 5 * MIB })
    const object = await spool(randomBytes(11 * MIB))
    s3.ails.cutsWrites = 3
    await expect(store.put(object)).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect(s3.requests.some(({ call }) => /^DELETE .*uploadId=/.test(call))).toBe(true)
    expect([await s3.unfinished(), existsSync(object.spoolPath)]).toEqual([[], true])
  })

  it('begins a put anew whose connection broke, from the first byte', async () => {
    const store = await openStore(s3)
    const bytes = randomBytes(2 * MIB)
    s3.ails.cutsWrites = 2
    const { path } = await store.put(await spool(bytes))
    expect(calls('PUT')).toHaveLength(3)
    expect(Buffer.compare(await buffer(await store.open(path)), bytes)).toBe(0)
  })

  it.each([
    ['shorter', randomBytes(900)],
    ['of other bytes', randomBytes(1000)],
  ])('gives no name to a spooled file that is %s than it was, also where the server would', async (_, bytes) => {
    for (const server of [s3, old]) {
      const store = await openStore(server)
      const object = { ...(await spool(bytes)), sha256: createHash('sha256').update('what it was').digest('hex') }
      const before = await server.keys()
      await expect(store.put(object)).rejects.toMatchObject({ code: 'storage_unavailable' })
      expect(existsSync(object.spoolPath)).toBe(true)
      await expect.poll(() => server.keys()).toEqual(before)
    }
  })

  it('keeps the spooled file where the server says yes and has less', async () => {
    const store = await openStore(old)
    const object = await spool()
    old.ails.loses = true
    await expect(store.put(object)).rejects.toMatchObject({ code: 'storage_unavailable', cause: { code: 'OtherSize' } })
    expect(existsSync(object.spoolPath)).toBe(true)
    old.ails.loses = false
    expect(await store.put(object)).toMatchObject({ existed: false })
  })

  it.each([
    ['a server that is down', { endpoint: 'http://127.0.0.1:1' }, {}, /ECONNREFUSED/],
    ['a server that is overloaded', {}, { overloaded: true }, /503 SlowDown/],
    [
      'a key that the server does not know',
      { credentials: { accessKeyId: 'NOBODY', secretAccessKey: new Secret('hush-hush'), sessionToken: null } },
      {},
      /403 .*S3_ACCESS_KEY_ID|403/,
    ],
    [
      'another secret',
      { credentials: { accessKeyId: 'S3RVER', secretAccessKey: new Secret('hush-hush'), sessionToken: null } },
      {},
      /403 SignatureDoesNotMatch.*S3_SECRET_ACCESS_KEY/,
    ],
    ['a bucket that is not there', { bucket: 'nowhere' }, {}, /404 NoSuchBucket.*S3_BUCKET/],
    ['another region', { region: 'eu-west-1' }, {}, /400 AuthorizationHeaderMalformed.*S3_REGION/],
    ['a bucket that may not be written', {}, { readOnly: true }, /403 AccessDenied.*docs\/storage.md/],
    ['a server that says nothing', {}, { hangs: true }, /deadline/],
  ] as const)('says storage_unavailable of %s, why for the log alone, and no secret', async (_, settings, ails, why) => {
    const patience = { ...hasty.patience, ...('hangs' in ails ? { answerTimeoutMs: 50 } : {}) }
    const store = await openStore(s3, settings, { patience })
    const object = await spool()
    Object.assign(s3.ails, ails)
    const error = await store.checkWritable().then(
      () => null,
      (thrown: unknown) => thrown as Error,
    )
    expect(error).toMatchObject({ code: 'storage_unavailable', outcome: 'not_charged' })
    expect((error!.cause as Error).message).toMatch(why)
    await expect(store.put(object)).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect(existsSync(object.spoolPath)).toBe(true)
    expect(inspect(error, { depth: 9 }) + JSON.stringify(error) + inspect(store, { depth: 9, showHidden: true })).not.toMatch(
      /hush-hush|Signature=|X-Amz-Credential/i,
    )
  })

  it('goes by the clock of the store where ours is an hour off', async () => {
    const store = await openStore(s3)
    s3.ails.clockAheadMs = 3_600_000
    expect(await store.stat(`00/00/${'0'.repeat(64)}.png`)).toBeNull()
    expect(s3.requests).toHaveLength(2)
  })

  it('ends a read with an error where the connection breaks, not with a shorter object', async () => {
    const store = await openStore(s3)
    const { path } = await store.put(await spool(randomBytes(300_000)))
    s3.ails.cutsReads = true
    await expect(store.open(path).then(buffer)).rejects.toThrow()
    await expect(store.examine(path)).rejects.toMatchObject({ code: 'storage_unavailable' })
  })

  it('asks whether it may write only when no put has shown it lately', async () => {
    const store = await openStore(s3)
    await store.put(await spool())
    s3.requests.length = 0
    await store.checkWritable()
    expect(s3.requests).toEqual([])
    s3.ails.overloaded = true
    await expect(store.put(await spool())).rejects.toMatchObject({ code: 'storage_unavailable' })
    s3.ails.overloaded = false
    await store.checkWritable()
    expect(s3.requests.at(-2)!.call).toMatch(/^PUT \/pictures\/darkroom-probe/)
  })

  it('knows before long that a server which says nothing cannot be written, however long a put may take', async () => {
    const store = await openStore(s3, {}, { patience: { answerTimeoutMs: 600_000, probeTimeoutMs: 50 } })
    s3.ails.hangs = true
    await expect(store.checkWritable()).rejects.toMatchObject({ code: 'storage_unavailable', cause: { code: 'deadline' } })
  })

  it('says storage_full where the store takes no more, once and not again', async () => {
    const store = await openStore(s3)
    s3.ails.full = true
    const object = await spool()
    await expect(store.put(object)).rejects.toMatchObject({ code: 'storage_full', outcome: 'not_charged', message: /bucket/ })
    await expect(store.checkWritable()).rejects.toMatchObject({ code: 'storage_full' })
    expect([calls('PUT').length, existsSync(object.spoolPath)]).toEqual([2, true])
  })

  it('says that it cannot be written where the key may not be told that something is missing', async () => {
    const store = await openStore(s3)
    s3.ails.hidesMissing = true
    await expect(store.checkWritable()).rejects.toMatchObject({ code: 'storage_unavailable', cause: { httpStatus: 403 } })
  })

  it.each([
    [{ kind: 'none' }, undefined, undefined],
    [{ kind: 'sse-s3' }, 'AES256', undefined],
    [{ kind: 'sse-kms', keyId: null }, 'aws:kms', undefined],
    [{ kind: 'sse-kms', keyId: 'alias/pictures' }, 'aws:kms', 'alias/pictures'],
  ] as const)('asks for the encryption %j with every way to put', async (encryption, algorithm, keyId) => {
    const store = await openStore(s3, { encryption }, { ...hasty, wholeUpToBytes: 1000 })
    await store.checkWritable()
    await store.put(await spool())
    await store.put(await spool(randomBytes(1001)))
    const creating = s3.requests.filter(({ call }) => /^PUT (?!.*partNumber)|^POST .*uploads/.test(call))
    expect(creating).toHaveLength(3)
    for (const { headers } of creating) {
      expect(headers['x-amz-server-side-encryption']).toBe(algorithm)
      expect(headers['x-amz-server-side-encryption-aws-kms-key-id']).toBe(keyId)
    }
  })

  const asPicture = (path: string, sha256: string, bytes: number) => ({
    path,
    sha256,
    bytes,
    mediaType: 'image/png',
    disposition: 'inline',
  })

  it('signs an address under which the bucket itself gives an object, for a minute', async () => {
    const store = await openStore(s3, { reads: 'presigned' })
    const bytes = randomBytes(1000)
    const object = await spool(bytes)
    const { path } = await store.put(object)
    const address = (await store.address(asPicture(path, object.sha256, 1000)))!
    const answer = await fetch(address)
    const said = ['content-type', 'content-disposition'].map((name) => answer.headers.get(name))
    expect([answer.status, ...said]).toEqual([200, 'image/png', 'inline'])
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes)
    expect(address).toMatch(/X-Amz-Expires=60/)
    expect((await fetch(address.replace('inline', 'attachment'))).status).toBe(403)
  })

  it('signs no address for what is gone, for other bytes, or where reads are proxied', async () => {
    const store = await openStore(s3, { reads: 'presigned' })
    const object = await spool()
    const { path } = await store.put(object)
    expect(await (await openStore(s3)).address(asPicture(path, object.sha256, 1000))).toBeNull()
    await damage(s3, path, randomBytes(1000))
    expect(await store.address(asPicture(path, object.sha256, 1000))).toBeNull()
    await store.remove(path)
    expect(await store.address(asPicture(path, object.sha256, 1000))).toBeNull()
  })

  it('breaks off what is under way when it is closed', async () => {
    const store = await openStore(s3, {}, {})
    s3.ails.hangs = true
    const asked = store.stat(`00/00/${'0'.repeat(64)}.png`)
    store.close()
    await expect(asked).rejects.toMatchObject({ code: 'storage_unavailable' })
  })
})
