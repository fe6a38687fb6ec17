interface Base64Natives {
  fromBase64?: (text: string) => Uint8Array<ArrayBuffer>
  prototype: { toBase64?: () => string }
}

/** Newer runtimes have it built in (Node 25, Safari 18.2, Chrome 140 and later). */
const natives = Uint8Array as unknown as Base64Natives

/** Bytes of a base64 text. @throws when it is none. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  if (natives.fromBase64) return natives.fromBase64(text)
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  return bytes
}

/** A multiple of three, so that pieces join without padding between them. */
const pieceBytes = 3 * 8192

/** Base64 of bytes. */
export function base64OfBytes(bytes: Uint8Array): string {
  if (natives.prototype.toBase64) return natives.prototype.toBase64.call(bytes)
  let text = ''
  for (let at = 0; at < bytes.length; at += pieceBytes) text += btoa(String.fromCharCode(...bytes.subarray(at, at + pieceBytes)))
  return text
}
