import { readFileSync } from 'node:fs'
import { Secret } from '../primitives/secret.ts'
import { type Environment, readChoice, readText, SettingError } from '../primitives/settings.ts'

/** Where a bucket is and how it is spoken to. */
export interface S3Settings {
  bucket: string
  /** Address of an S3-compatible service; null for Amazon's own. */
  endpoint: string | null
  region: string
  /** Put before the name of every object: empty, or ending with a slash. */
  prefix: string
  /** Null for whatever the AWS default chain finds: profile, container or instance role. */
  credentials: S3Credentials | null
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. */
  forcePathStyle: boolean
  encryption: S3Encryption
  /** Who sends the bytes of an object to whoever may read it: the gateway, or the bucket behind a redirect. */
  reads: 'proxied' | 'presigned'
}

/** A key of the store's own. */
export interface S3Credentials {
  accessKeyId: string
  secretAccessKey: Secret
  sessionToken: Secret | null
}

/** What is asked of the bucket when bytes are put: nothing, its own key, or a key of its key service (null = the default one). */
export type S3Encryption = { kind: 'none' } | { kind: 'sse-s3' } | { kind: 'sse-kms'; keyId: string | null }

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const PREFIX = /^[A-Za-z0-9!_.*'()-]+(?:\/[A-Za-z0-9!_.*'()-]+)*\/?$/
const LONGEST_PREFIX = 256

/**
 * The bucket that `S3_BUCKET` names; null without it, whatever else is set.
 * @throws SettingError for a value that cannot be used. No secret is in its message.
 */
export function readS3Settings(environment: Environment): S3Settings | null {
  const bucket = readText(environment, 'S3_BUCKET', null)
  if (bucket === null) return null
  if (!BUCKET.test(bucket))
    throw new SettingError('S3_BUCKET', 'the name of a bucket: 3 to 63 of a-z, 0-9, dot and hyphen, without its address', bucket)
  const endpoint = readEndpoint(environment)
  return {
    bucket,
    endpoint,
    region: readText(environment, 'S3_REGION', 'us-east-1'),
    prefix: readPrefix(environment),
    credentials: readCredentials(environment),
    forcePathStyle: readChoice(environment, 'S3_FORCE_PATH_STYLE', endpoint === null ? 'false' : 'true', ['true', 'false']) === 'true',
    encryption: readEncryption(environment),
    reads: readChoice(environment, 'S3_READS', 'proxied', ['proxied', 'presigned']),
  }
}

function readEndpoint(environment: Environment): string | null {
  const text = readText(environment, 'S3_ENDPOINT', null)
  if (text === null) return null
  const url = URL.parse(text)
  const isPlain = url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
  if (!isPlain) throw new SettingError('S3_ENDPOINT', 'an http or https address without a query', text.replace(/\?.*/s, '?…'))
  // The address itself is not shown: it holds a password.
  if (url.username !== '' || url.password !== '')
    throw new SettingError('S3_ENDPOINT', 'an address without user name and password', 'one that holds them')
  return text.replace(/\/+$/, '')
}

function readPrefix(environment: Environment): string {
  const text = readText(environment, 'S3_PREFIX', '')
  if (text === '') return ''
  const isPlain = PREFIX.test(text) && text.length <= LONGEST_PREFIX && !text.split('/').some((part) => /^\.+$/.test(part))
  if (!isPlain)
    throw new SettingError('S3_PREFIX', "names of letters, digits and !_.*'()- between slashes, such as darkroom/production", text)
  return text.endsWith('/') ? text : `${text}/`
}

function readCredentials(environment: Environment): S3Credentials | null {
  const accessKeyId = readText(environment, 'S3_ACCESS_KEY_ID', null)
  const secretAccessKey = readSecretKey(environment)
  const sessionToken = readText(environment, 'S3_SESSION_TOKEN', null)
  if (accessKeyId === null && secretAccessKey === null) {
    if (sessionToken !== null) throw new SettingError('S3_ACCESS_KEY_ID', 'the key that S3_SESSION_TOKEN belongs to', '')
    return null
  }
  if (accessKeyId === null) throw new SettingError('S3_ACCESS_KEY_ID', 'the id of the key whose secret is given', '')
  if (secretAccessKey === null) throw new SettingError('S3_SECRET_ACCESS_KEY', 'the secret of the key that S3_ACCESS_KEY_ID names', '')
  return { accessKeyId, secretAccessKey, sessionToken: sessionToken === null ? null : new Secret(sessionToken) }
}

function readSecretKey(environment: Environment): Secret | null {
  const given = readText(environment, 'S3_SECRET_ACCESS_KEY', null)
  const path = readText(environment, 'S3_SECRET_ACCESS_KEY_FILE', null)
  if (path === null) return given === null ? null : new Secret(given)
  if (given !== null) throw new SettingError('S3_SECRET_ACCESS_KEY_FILE', 'to be set alone', 'S3_SECRET_ACCESS_KEY beside it')
  const text = textOf(path).trim()
  if (text === '') throw new SettingError('S3_SECRET_ACCESS_KEY_FILE', 'a file that holds the secret', `an empty file: ${path}`)
  return new Secret(text)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new SettingError('S3_SECRET_ACCESS_KEY_FILE', 'a file that can be read', `${code}: ${path}`)
  }
}

function readEncryption(environment: Environment): S3Encryption {
  const kind = readChoice(environment, 'S3_ENCRYPTION', 'none', ['none', 'sse-s3', 'sse-kms'])
  const keyId = readText(environment, 'S3_KMS_KEY_ID', null)
  if (kind === 'sse-kms') return { kind, keyId }
  if (keyId !== null) throw new SettingError('S3_KMS_KEY_ID', 'S3_ENCRYPTION=sse-kms beside it', `S3_ENCRYPTION=${kind}`)
  return { kind }
}
