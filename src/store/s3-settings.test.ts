import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SettingError } from '../primitives/settings.ts'
import { readS3Settings } from './s3-settings.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'darkroom-s3-settings-'))
  await writeFile(join(folder, 'secret'), 'from-a-file\n')
  await writeFile(join(folder, 'empty'), '\n')
})
afterAll(() => rm(folder, { recursive: true }))

const keys = { S3_ACCESS_KEY_ID: 'AKID', S3_SECRET_ACCESS_KEY: 'hush-hush' }

describe('readS3Settings', () => {
  it('finds no bucket where none is named, whatever else is set', () => {
    expect(readS3Settings({ S3_ENDPOINT: 'not an address', S3_REGION: 'x' })).toBeNull()
    expect(readS3Settings({ S3_BUCKET: '' })).toBeNull()
  })

  it('needs no more than a bucket: the keys are then those of the machine', () => {
    expect(readS3Settings({ S3_BUCKET: 'pictures' })).toEqual({
      bucket: 'pictures',
      endpoint: null,
      region: 'us-east-1',
      prefix: '',
      credentials: null,
      forcePathStyle: false,
      encryption: { kind: 'none' },
      reads: 'proxied',
    })
  })

  it('reads everything that can be said', () => {
    const settings = readS3Settings({
      ...keys,
      S3_BUCKET: 'pictures',
      S3_ENDPOINT: 'https://s3.example.com/',
      S3_REGION: 'eu-central-1',
      S3_PREFIX: 'darkroom/production',
      S3_SESSION_TOKEN: 'a-token',
      S3_FORCE_PATH_STYLE: 'false',
      S3_ENCRYPTION: 'sse-kms',
      S3_KMS_KEY_ID: 'alias/pictures',
      S3_READS: 'presigned',
    })
    expect(settings).toMatchObject({
      endpoint: 'https://s3.example.com',
      region: 'eu-central-1',
      prefix: 'darkroom/production/',
      forcePathStyle: false,
      encryption: { kind: 'sse-kms', keyId: 'alias/pictures' },
      reads: 'presigned',
    })
    const { credentials } = settings!
    expect([credentials!.accessKeyId, credentials!.secretAccessKey.reveal(), credentials!.sessionToken!.reveal()]).toEqual([
      'AKID',
      'hush-hush',
      'a-token',
    ])
    expect(inspect(settings, { depth: 9 }) + JSON.stringify(settings)).not.toMatch(/hush-hush|a-token/)
  })

  it('takes the secret from a file, as containers get it, and names buckets by path where another address is given', () => {
    const settings = readS3Settings({
      S3_BUCKET: 'pictures',
      S3_ENDPOINT: 'http://10.0.0.7:9000',
      S3_ACCESS_KEY_ID: 'AKID',
      S3_SECRET_ACCESS_KEY_FILE: join(folder, 'secret'),
    })
    expect([settings!.credentials!.secretAccessKey.reveal(), settings!.forcePathStyle]).toEqual(['from-a-file', true])
  })

  it.each([
    ['S3_BUCKET', { S3_BUCKET: 'https://pictures.s3.amazonaws.com' }],
    ['S3_BUCKET', { S3_BUCKET: 'Pictures' }],
    ['S3_ENDPOINT', { S3_ENDPOINT: 's3.example.com' }],
    ['S3_ENDPOINT', { S3_ENDPOINT: 'ftp://s3.example.com' }],
    ['S3_ENDPOINT', { S3_ENDPOINT: 'https://user:hush-hush@s3.example.com' }],
    ['S3_ENDPOINT', { S3_ENDPOINT: 'https://s3.example.com/?key=hush-hush' }],
    ['S3_PREFIX', { S3_PREFIX: '/darkroom' }],
    ['S3_PREFIX', { S3_PREFIX: 'a/../b' }],
    ['S3_ACCESS_KEY_ID', { S3_SECRET_ACCESS_KEY: 'hush-hush' }],
    ['S3_SECRET_ACCESS_KEY', { S3_ACCESS_KEY_ID: 'AKID' }],
    ['S3_SECRET_ACCESS_KEY_FILE', { ...keys, S3_SECRET_ACCESS_KEY_FILE: '/nowhere' }],
    ['S3_SECRET_ACCESS_KEY_FILE', { S3_ACCESS_KEY_ID: 'AKID', S3_SECRET_ACCESS_KEY_FILE: '/nowhere' }],
    ['S3_ACCESS_KEY_ID', { S3_SESSION_TOKEN: 'hush-hush' }],
    ['S3_FORCE_PATH_STYLE', { S3_FORCE_PATH_STYLE: 'yes' }],
    ['S3_ENCRYPTION', { S3_ENCRYPTION: 'AES256' }],
    ['S3_KMS_KEY_ID', { S3_ENCRYPTION: 'sse-s3', S3_KMS_KEY_ID: 'alias/pictures' }],
    ['S3_READS', { S3_READS: 'public' }],
  ])('refuses %s where it cannot be used (%j), and shows no secret', (name, environment: Record<string, string>) => {
    const read = () => readS3Settings({ S3_BUCKET: 'pictures', ...environment })
    expect(read).toThrow(SettingError)
    expect(read).toThrow(new RegExp(`^${name}: expected .*docs/configuration.md#${name.toLowerCase()}$`))
    expect(read).not.toThrow(/hush-hush/)
  })

  it('refuses an empty file for a secret', () => {
    const environment = { S3_BUCKET: 'pictures', S3_ACCESS_KEY_ID: 'AKID', S3_SECRET_ACCESS_KEY_FILE: join(folder, 'empty') }
    expect(() => readS3Settings(environment)).toThrow(/S3_SECRET_ACCESS_KEY_FILE.*empty file/)
  })
})
