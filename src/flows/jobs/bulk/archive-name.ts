/** What a picture of a bulk is named by. */
export interface ArchivedPicture {
  place: number
  total: number
  label: string | null
  /** Among the pictures of its item. */
  index: number
  /** `png`, `jpeg`, `webp`…; null when nobody could tell. */
  format: string | null
}

const endings: Readonly<Record<string, string>> = { jpeg: 'jpg' }
const LONGEST_LABEL = 60

/** Name of a picture in the archive: in order, readable, and fit for any file system. */
export function archiveName({ place, total, label, index, format }: ArchivedPicture): string {
  const number = String(place + 1).padStart(String(total).length, '0')
  const words = (label ?? '')
    .replace(/[^\p{L}\p{N}_-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_LABEL)
  const parts = [number, ...(words === '' ? [] : [words]), ...(index === 0 ? [] : [String(index + 1)])]
  return `${parts.join('-')}.${format === null ? 'bin' : (endings[format] ?? format)}`
}
