const signatures: readonly (readonly [type: string, extension: string, pattern: RegExp])[] = [
  ['image/png', 'png', /^\x89PNG\r\n\x1a\n/],
  ['image/jpeg', 'jpg', /^\xff\xd8\xff/],
  ['image/webp', 'webp', /^RIFF[\s\S]{4}WEBP/],
  ['image/gif', 'gif', /^GIF8[79]a/],
  ['image/svg+xml', 'svg', /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|svg)/],
]

function signatureOf(bytes: Uint8Array) {
  const head = String.fromCharCode(...bytes.subarray(0, 32))
  return signatures.find(([, , pattern]) => pattern.test(head))
}

/** What a file is, by its first bytes; `application/octet-stream` when nothing known begins so. */
export function mediaTypeOf(bytes: Uint8Array): string {
  return signatureOf(bytes)?.[0] ?? 'application/octet-stream'
}

/** `picture.png`, by what its first bytes say. */
export function fileNameOf(name: string, bytes: Uint8Array): string {
  return `${name}.${signatureOf(bytes)?.[1] ?? 'bin'}`
}
