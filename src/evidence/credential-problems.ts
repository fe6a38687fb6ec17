import { type ContentCredentials, type CredentialClaim, type CredentialValidity, emptyClaim } from './content-credentials.ts'

/** Codes that show a change since the signature; whoever made the manifest did not leave it so. */
const breaking = new Set([
  'claim.missing',
  'claim.multiple',
  'claim.hardBindings.missing',
  'claimSignature.missing',
  'claimSignature.mismatch',
  'assertion.missing',
  'assertion.undeclared',
  'assertion.hashedURI.mismatch',
  'assertion.multipleHardBindings',
  'assertion.dataHash.malformed',
  'assertion.dataHash.mismatch',
  'file_incomplete',
  'not_a_manifest',
  'no_single_manifest_store',
])

/**
 * Said about the signer or the time; the bytes are what they were all the same. Without a list of trusted signers a faultless certificate
 * proves no more than a faulty one, and the library knows only the key usages of C2PA 2.1, not those that came later.
 */
const remarks = /^(?:signingCredential|timeStamp)\./

const MAX_PROBLEMS = 8

/** What a list of problems makes of a manifest. A code nobody foresaw leaves it unchecked. */
export function validityOf(problems: readonly string[]): CredentialValidity {
  if (problems.some((code) => breaking.has(code))) return 'broken'
  return problems.every((code) => remarks.test(code)) ? 'intact' : 'unchecked'
}

/** A manifest that is there, with everything that was found wrong with it. */
export function presentCredentials(problems: readonly string[], claim: CredentialClaim = emptyClaim): ContentCredentials {
  const distinct = [...new Set(problems)]
  return { present: true, valid: validityOf(distinct), problems: distinct.slice(0, MAX_PROBLEMS), ...claim, trust: 'no_trust_list' }
}
