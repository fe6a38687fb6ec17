/** A number as it is, whatever its sign. */
const number = /^-?\d+(\.\d+)?$/

/**
 * A cell of a CSV file that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it (OWASP, CSV injection). Quoted where it must be.
 */
export function spreadsheetCell(value: string | number): string {
  const text = String(value)
  const safe = !number.test(text) && /^[\s]*[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Lines of cells, as RFC 4180 has them, with the mark that has spreadsheets read UTF-8. */
export const spreadsheetText = (lines: readonly (readonly (string | number)[])[]) =>
  `\uFEFF${lines.map((line) => line.map(spreadsheetCell).join(',')).join('\r\n')}\r\n`
