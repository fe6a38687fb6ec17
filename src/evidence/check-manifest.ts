import { createHash } from 'node:crypto'
import { CoseAlgorithmIdentifier } from '@trustnxt/c2pa-ts/cose'
import { type Assertion, AssertionLabels, type Claim, DataHashAssertion, type Manifest, ManifestType } from '@trustnxt/c2pa-ts/manifest'
import type { ByteRange, EmbeddedManifest } from './embedded-manifest.ts'

/** A manifest's file and where in it the manifest is. */
export interface SignedFile extends EmbeddedManifest {
  file: Buffer
}

/** Manifests list about five. */
const MAX_ASSERTIONS = 200

/**
 * Checks that nothing was changed since the signature. The steps are taken here, not left to the library's own validation: that one skips the
 * hash of the picture as soon as anything else is amiss (an expired certificate, say), and hashes assertions as it would have written them
 * itself instead of as they stand in the file.
 * @returns codes of what is wrong, none when all is as it was
 * @throws whatever the library throws at a manifest that makes no sense
 */
export async function checkManifest(manifest: Manifest, signed: SignedFile): Promise<string[]> {
  const { claim, assertions } = manifest
  if (!claim || !assertions) return ['claim.missing']
  if (manifest.type === ManifestType.Update) return ['update_manifest']
  if (references(claim).length > MAX_ASSERTIONS || assertions.assertions.length > MAX_ASSERTIONS) return ['manifest_too_large']
  const problems = [...(await checkSignature(manifest, claim)), ...checkAssertions(manifest, claim, assertions.assertions)]
  return [...problems, ...checkBinding(assertions.assertions, signed)]
}

async function checkSignature(manifest: Manifest, claim: Claim): Promise<string[]> {
  const { signature } = manifest
  const bytes = claim.getBytes(claim)
  if (!signature || !bytes || manifest.getComponentByURL(claim.signatureRef, true) !== signature) return ['claimSignature.missing']
  // The library verifies ES512 over SHA-256, so it would call every such signature wrong.
  if (signature.signatureData.algorithm?.coseIdentifier === CoseAlgorithmIdentifier.ES512) return ['algorithm.unsupported']
  const { statusEntries } = await signature.validate(bytes)
  const failures = statusEntries.filter(({ success }) => !success).map(({ code }) => String(code))
  const isVerified = statusEntries.some(({ code, success }) => success && String(code) === 'claimSignature.validated')
  return isVerified || failures.includes('claimSignature.mismatch') ? failures : [...failures, 'signature_not_checked']
}

const references = (claim: Claim) => [...claim.assertions, ...claim.gatheredAssertions]

/** Every assertion the claim lists is there and unchanged, and there is none it does not list. */
function checkAssertions(manifest: Manifest, claim: Claim, found: readonly Assertion[]): string[] {
  const listed = new Set<unknown>()
  const problems = references(claim).flatMap(({ uri, hash, algorithm }) => {
    const assertion = found.find((candidate) => candidate === manifest.getComponentByURL(uri, true))
    const bytes = assertion?.sourceBox?.rawContent
    if (!bytes) return ['assertion.missing']
    listed.add(assertion)
    return isEqual(digest(algorithm, [bytes]), hash) ? [] : ['assertion.hashedURI.mismatch']
  })
  return found.every((assertion) => listed.has(assertion)) ? problems : [...problems, 'assertion.undeclared']
}

/** The picture is the one that was signed: all of its bytes but those of the manifest itself. */
function checkBinding(assertions: readonly Assertion[], { file, place }: SignedFile): string[] {
  const [binding, ...more] = assertions.filter(({ label }) => label !== undefined && AssertionLabels.hardBindings.includes(label))
  if (!binding) return ['claim.hardBindings.missing']
  if (more.length > 0) return ['assertion.multipleHardBindings']
  if (!(binding instanceof DataHashAssertion) || !binding.algorithm) return ['binding_unsupported']
  const { exclusions, algorithm, hash } = binding
  if (!isEqual(digest(algorithm, outside(exclusions, file)), hash)) return ['assertion.dataHash.mismatch']
  return exclusions.every((range) => isWithin(range, place)) ? [] : ['hash_leaves_bytes_out']
}

function outside(exclusions: readonly ByteRange[], file: Buffer): Buffer[] {
  const ends = exclusions.map(({ start, length }) => start + length)
  return [0, ...ends].map((start, index) => file.subarray(start, exclusions[index]?.start ?? file.length))
}

const isWithin = (range: ByteRange, place: ByteRange) =>
  range.start >= place.start && range.start + range.length <= place.start + place.length

function digest(algorithm: string, parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(algorithm.replace('-', ''))
  for (const part of parts) hash.update(part)
  return hash.digest()
}

const isEqual = (ours: Buffer, theirs: unknown) => theirs instanceof Uint8Array && ours.equals(theirs)
