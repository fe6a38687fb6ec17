import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'

/** One element of a certificate in DER: tag, length, content. */
function der(tag: number, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  const size = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), body])
}
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const sequence = (...content: Uint8Array[]) => der(0x30, ...content)
const ecdsaWithSha256 = sequence(hex('06 08 2a8648ce3d040302'))
const commonName = (name: string) => sequence(der(0x31, sequence(hex('06 03 550403'), der(0x0c, Buffer.from(name)))))
const time = (date: Date) => der(0x18, Buffer.from(`${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`))
const day = 86_400_000

/** A name with its key and its certificate (PEM). */
export interface Identity {
  name: string
  key: KeyObject
  certificate: string
}

/** An X.509 v3 certificate for tests, made on the spot: no key lies in the repository and none can expire on the reader. */
export function makeIdentity(name: string, options: { issuer?: Identity; expired?: boolean } = {}): Identity {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const authority = sequence(sequence(hex('06 03 551d13'), hex('01 01 ff'), der(0x04, sequence(hex('01 01 ff')))))
  const alternativeName = sequence(sequence(hex('06 03 551d11'), der(0x04, sequence(der(0x82, Buffer.from(name))))))
  const now = Date.now()
  const toSign = sequence(
    hex('a0 03 02 01 02'),
    hex(`02 01 ${options.issuer ? '02' : '01'}`),
    ecdsaWithSha256,
    commonName(options.issuer?.name ?? name),
    sequence(time(new Date(now - 9 * day)), time(new Date(now + (options.expired ? -1 : 9) * day))),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, options.issuer ? alternativeName : authority),
  )
  const signature = createSign('sha256')
    .update(toSign)
    .sign(options.issuer?.key ?? privateKey)
  const bytes = sequence(toSign, ecdsaWithSha256, der(0x03, hex('00'), signature))
  const certificate = `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`
  return { name, key: privateKey, certificate }
}
