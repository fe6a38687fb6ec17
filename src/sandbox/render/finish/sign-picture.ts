import { hash } from 'node:crypto'
import { X509Certificate } from '@peculiar/x509'
import { type Asset, JPEG, PNG } from '@trustnxt/c2pa-ts/asset'
import { CoseAlgorithmIdentifier, LocalSigner } from '@trustnxt/c2pa-ts/cose'
import { ActionAssertion, ActionType, ClaimVersion, DataHashAssertion, DigitalSourceType, ManifestStore } from '@trustnxt/c2pa-ts/manifest'
import type { SigningCredentials } from './picture-finish.ts'
import { WebpAsset } from './webp-asset.ts'

/** Upstream's credentials were seen to say so for gpt-image-2 and 2.5 alike (openai/codex#45452). */
const SOFTWARE_AGENT = { name: 'gpt-image', version: '2.0' } as const

/**
 * Embeds a signed manifest in a PNG, JPEG or WebP, as upstream's API does: action `c2pa.created`, source `trainedAlgorithmicMedia`, software
 * agent `gpt-image` 2.0 whatever the model, a hash over the picture.
 */
export async function signPicture(
  bytes: Uint8Array,
  claimGenerator: string,
  { privateKey, certificate }: SigningCredentials,
): Promise<Uint8Array<ArrayBuffer>> {
  const asset = assetOf(bytes)
  const signer = new LocalSigner(privateKey, CoseAlgorithmIdentifier.ES256, new X509Certificate(Uint8Array.from(certificate)))
  const store = new ManifestStore()
  const manifest = store.createManifest({
    claimVersion: ClaimVersion.V1,
    assetFormat: asset.mimeType,
    instanceID: `xmp:iid:${hash('sha256', bytes, 'hex').slice(0, 32)}`,
    defaultHashAlgorithm: 'SHA-256',
    signer,
  })
  manifest.claim!.claimGeneratorName = claimGenerator
  // The library would add its own version behind the name.
  manifest.claim!.claimGeneratorVersion = undefined
  const binding = DataHashAssertion.create('SHA-256')
  manifest.addAssertion(binding)
  manifest.addAssertion(creation())
  await asset.ensureManifestSpace(store.measureSize())
  await binding.updateWithAsset(asset)
  await manifest.sign(signer)
  await asset.writeManifestJUMBF(store.getBytes())
  return Uint8Array.from(await asset.getDataRange())
}

function assetOf(bytes: Uint8Array): Asset {
  if (PNG.canRead(bytes)) return new PNG(bytes)
  return JPEG.canRead(bytes) ? new JPEG(bytes) : new WebpAsset(bytes)
}

function creation(): ActionAssertion {
  const assertion = new ActionAssertion()
  assertion.actions.push({
    action: ActionType.C2paCreated,
    digitalSourceType: DigitalSourceType.TrainedAlgorithmicMedia,
    softwareAgent: { ...SOFTWARE_AGENT },
  })
  return assertion
}
