/**
 * What a check of the signature found. `intact`: the claim is signed by the certificate that comes with it, every assertion it lists and
 * every byte of the picture is as it was when signed. `broken`: something was changed since, or the manifest belongs to another picture.
 * `unchecked`: there is no manifest, or it is beyond what can be checked here; `problems` says why.
 */
export type CredentialValidity = 'intact' | 'broken' | 'unchecked'

/** Something that made the picture, as it names itself. */
export interface NamedSoftware {
  name: string
  version: string | null
}

/** Who signed, as the certificate says. Anybody can make such a certificate: this is a claim, not a proof. */
export interface CredentialSigner {
  common_name: string | null
  organisation: string | null
  /** Common name of the issuer, or its organisation. */
  issuer: string | null
  /** ISO 8601. */
  not_before: string | null
  not_after: string | null
}

/** What was done to make the picture, as the claim says. */
export interface CredentialAction {
  /** Such as `c2pa.created`. */
  action: string
  /** The last part of the IPTC term, such as `trainedAlgorithmicMedia`; null when none is named. */
  digital_source_type: string | null
  software_agent: NamedSoftware | null
}

/** What the claim of the active manifest says. Every text is bounded and without control characters; there are no bytes of the file in it. */
export interface CredentialClaim {
  /** The product that made the claim, such as `OpenAI-API c2pa-rs/0.36.1`. */
  claim_generator: string | null
  claim_generator_info: NamedSoftware[]
  /** Each software agent of the actions once. */
  software_agents: string[]
  signer: CredentialSigner | null
  actions: CredentialAction[]
  /** ISO 8601: of the time stamp of an intact manifest when nothing is wrong with it, else what the action of creation says. */
  made_at: string | null
  /** Signature algorithm, such as `ES256`. */
  alg: string | null
}

/** What a picture's C2PA manifest says and whether it holds. Plain JSON. */
export interface ContentCredentials extends CredentialClaim {
  present: boolean
  valid: CredentialValidity
  /** Status codes of C2PA 2.1, or codes of our own in snake case. Remarks about the certificate or its time stamp do not break a manifest. */
  problems: string[]
  /** No list of trusted signers is kept: `intact` says that the signer's own key signed these bytes, not that the signer is who it says. */
  trust: 'no_trust_list'
}

/** A claim that says nothing. */
export const emptyClaim: CredentialClaim = {
  claim_generator: null,
  claim_generator_info: [],
  software_agents: [],
  signer: null,
  actions: [],
  made_at: null,
  alg: null,
}

/** There is no manifest. */
export const absentCredentials: ContentCredentials = {
  present: false,
  valid: 'unchecked',
  problems: [],
  ...emptyClaim,
  trust: 'no_trust_list',
}
