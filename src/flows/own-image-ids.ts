/**
 * Recognises addresses of this gateway's own pictures: they are looked up, with their owner, and never fetched. What lies below a picture
 * (its heat map) is another thing than the picture.
 */
export function ownImageIds(baseUrl: string): (url: string) => string | null {
  const prefix = `${baseUrl}/v2/images/`
  return (url) => (url.startsWith(prefix) ? (/^([^/?#]*)(?:\/signed)?(?:[?#]|$)/.exec(url.slice(prefix.length))?.[1] ?? null) : null)
}
