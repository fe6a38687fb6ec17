const SHORTEST_BYTES = 24

/**
 * Whether a text is a signing secret of Standard Webhooks: `whsec_` and at least 24 bytes of base64 behind it. A short secret can be guessed;
 * an empty one would let anybody sign.
 */
export function isStrongWebhookSecret(text: string): boolean {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1]
  return encoded !== undefined && Buffer.from(encoded, 'base64').length >= SHORTEST_BYTES
}
