import * as x509 from '@peculiar/x509'
import type { SigningCredentials } from './picture-finish.ts'

/** Not the sandbox's time: a certificate holds whatever its clock says, and in every reader's. */
const NOT_BEFORE = new Date('2025-01-01T00:00:00Z')
const NOT_AFTER = new Date('2049-12-31T00:00:00Z')
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const

/**
 * Makes a key pair and a certificate as C2PA asks of signers (C2PA 2.1), under an authority of its own. All names say what it is: nothing
 * signed by it can be taken for the real thing.
 */
export async function makeCredentials(): Promise<SigningCredentials> {
  const makeKeys = () => crypto.subtle.generateKey(CURVE, true, ['sign', 'verify'])
  const [authority, keys] = await Promise.all([makeKeys(), makeKeys()])
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=Darkroom Sandbox, O=Darkroom Sandbox',
    issuer: 'CN=Darkroom Sandbox Authority, O=Darkroom Sandbox',
    notBefore: NOT_BEFORE,
    notAfter: NOT_AFTER,
    publicKey: keys.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [
      new x509.BasicConstraintsExtension(false),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.emailProtection]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  })
  const privateKey = new Uint8Array(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  return { privateKey, certificate: new Uint8Array(certificate.rawData) }
}
