/** Signs pictures for tests, with certificates made on the spot: a real manifest in all but the trust in its signer. */
import { randomUUID } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { type Asset, JPEG, PNG } from '@trustnxt/c2pa-ts/asset'
import { CoseAlgorithmIdentifier, LocalSigner, type Signer } from '@trustnxt/c2pa-ts/cose'
import {
  ActionAssertion,
  ActionType,
  ClaimVersion,
  DataHashAssertion,
  DigitalSourceType,
  type Manifest,
  ManifestStore,
} from '@trustnxt/c2pa-ts/manifest'
import { WebpAsset } from './test-webp-asset.ts'

/** How a picture is signed. */
export interface SigningTerms {
  /** Such as `OpenAI-API c2pa-rs/0.36.1`. */
  claimGenerator: string
  /** Such as `gpt-image`; without one the action names none. */
  softwareAgent?: string
  /** Common name and organisation of the certificate, and when it ends; a year from now where nothing is said. */
  signer?: { commonName: string; organisation: string; notAfter?: Date }
  /** Version of the claim's layout, 1. */
  claimVersion?: 1 | 2
  algorithm?: 'ES256' | 'ES512'
  /** Bytes of padding, to make a manifest that needs several JPEG segments. */
  paddingBytes?: number
  /** Changes the manifest before it is signed. */
  prepare?: (manifest: Manifest) => void
}

const curves = { ES256: 'P-256', ES512: 'P-521' } as const
const DAY_MS = 86_400_000

/**
 * Embeds a signed manifest in a PNG, JPEG or WebP: action `c2pa.created`, source `trainedAlgorithmicMedia`, a hash of the picture.
 * @throws Error when the bytes are none of these
 */
export async function signPicture(bytes: Uint8Array, terms: SigningTerms): Promise<Buffer> {
  const asset = assetOf(Uint8Array.from(bytes))
  const signer = await makeSigner(terms)
  const store = new ManifestStore()
  const manifest = store.createManifest({
    claimVersion: terms.claimVersion === 2 ? ClaimVersion.V2 : ClaimVersion.V1,
    assetFormat: asset.mimeType,
    instanceID: `xmp:iid:${randomUUID()}`,
    defaultHashAlgorithm: 'SHA-256',
    signer,
  })
  manifest.claim!.claimGeneratorName = terms.claimGenerator
  manifest.claim!.claimGeneratorVersion = undefined
  const binding = DataHashAssertion.create('SHA-256', terms.paddingBytes)
  manifest.addAssertion(binding)
  manifest.addAssertion(creationBy(terms.softwareAgent))
  terms.prepare?.(manifest)
  await asset.ensureManifestSpace(store.measureSize())
  await binding.updateWithAsset(asset)
  await manifest.sign(signer)
  await asset.writeManifestJUMBF(store.getBytes())
  return Buffer.from(await asset.getDataRange())
}

function assetOf(bytes: Uint8Array): Asset {
  if (PNG.canRead(bytes)) return new PNG(bytes)
  return JPEG.canRead(bytes) ? new JPEG(bytes) : new WebpAsset(bytes)
}

function creationBy(softwareAgent: string | undefined): ActionAssertion {
  const assertion = new ActionAssertion()
  assertion.actions.push({
    action: ActionType.C2paCreated,
    digitalSourceType: DigitalSourceType.TrainedAlgorithmicMedia,
    ...(softwareAgent !== undefined && { softwareAgent: { name: softwareAgent } }),
  })
  return assertion
}

/** A certificate as C2PA asks of signers (C2PA 2.1), under an authority of its own. */
async function makeSigner({ algorithm = 'ES256', signer }: SigningTerms): Promise<Signer> {
  const { commonName, organisation, notAfter } = { commonName: 'Test Signer', organisation: 'Tests', notAfter: undefined, ...signer }
  const makeKeys = (namedCurve: string) => crypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign', 'verify'])
  const [authority, keys] = await Promise.all([makeKeys('P-256'), makeKeys(curves[algorithm])])
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${commonName}, O=${organisation}`,
    issuer: 'CN=Test Authority, O=Tests',
    notBefore: new Date(Date.now() - 2 * DAY_MS),
    notAfter: notAfter ?? new Date(Date.now() + 365 * DAY_MS),
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
  return new LocalSigner(privateKey, CoseAlgorithmIdentifier[algorithm] as number, certificate)
}
