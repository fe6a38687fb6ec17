/** Longest file name that is kept, in code points. */
const LONGEST = 200

/**
 * A client's file name made fit for a log line: the last step of its path, without control characters and marks that turn the
 * direction of text. It names nothing on our side.
 * @returns null when nothing is left of it
 */
export function cleanFileName(fileName: string | null): string | null {
  const last = (fileName ?? '').toWellFormed().split(/[/\\]/).at(-1)!
  const shown = [...last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')].slice(0, LONGEST).join('').trim()
  return shown === '' ? null : shown
}
