const LONGEST = 255
const LONGEST_EXTENSION = 16
const NAMELESS = 'file'

/**
 * Makes a caller's file name fit to be kept and shown: the last part of a path, without characters that are not seen (controls, line
 * separators, marks that turn the direction of writing), at most 255 characters with its extension kept. It names nothing on any disk.
 * @returns `file` when nothing is left of it.
 */
export function cleanFileName(name: string): string {
  const lastPart = name.toWellFormed().split(/[/\\]/).at(-1)!
  const visible = lastPart.replace(/[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g, '').trim()
  const kept = shorten(visible).trim()
  return /^\.*$/.test(kept) ? NAMELESS : kept
}

/** Counts whole characters, so that none is cut in two. */
function shorten(name: string): string {
  const characters = [...name]
  if (characters.length <= LONGEST) return name
  const dot = characters.lastIndexOf('.')
  const extension = dot >= 0 && characters.length - dot <= LONGEST_EXTENSION ? characters.slice(dot) : []
  return [...characters.slice(0, LONGEST - extension.length), ...extension].join('')
}
