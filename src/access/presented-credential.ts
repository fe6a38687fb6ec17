const LONGEST_CREDENTIAL = 512

/**
 * The credential a request presents, or null when it presents none, or more than one: which of two a caller means is not guessed.
 * `Authorization: Bearer …` as OpenAI's clients send it, `X-API-Key` as the unified job APIs do; the same in both counts as one.
 */
export function presentedCredential(headers: Readonly<Record<string, string | string[] | undefined>>): string | null {
  const { authorization, 'x-api-key': apiKey } = headers
  const bearer = typeof authorization === 'string' ? /^bearer +([\x21-\x7e]+) *$/i.exec(authorization)?.[1] : undefined
  if (authorization !== undefined && bearer === undefined) return null
  if (Array.isArray(apiKey)) return null
  if (bearer !== undefined && apiKey !== undefined && bearer !== apiKey) return null
  const credential = bearer ?? apiKey
  return credential !== undefined && credential.length <= LONGEST_CREDENTIAL ? credential : null
}
