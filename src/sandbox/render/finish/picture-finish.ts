/** What happens to a finished picture's file on its way out; its pixels stay. */
export type PictureFinish =
  /** It gets content credentials (C2PA) that name this claim generator, e.g. `OpenAI-API c2pa-rs/0.36.1`. */
  | { kind: 'signed'; claimGenerator: string }
  /** It is written anew, as a CDN's lossless optimiser does: other bytes, same pixels and format. */
  | { kind: 're-encoded' }

/** Keys and certificate of the sandbox that signs. */
export interface SigningCredentials {
  /** PKCS #8, P-256. */
  privateKey: Uint8Array
  /** X.509 in DER. */
  certificate: Uint8Array
}
