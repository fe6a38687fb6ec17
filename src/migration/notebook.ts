import { isJsonObject, type JsonValue } from '../primitives/json.ts'
import { type CellStart, SourceFile } from './source-file.ts'

/** Joins the code cells of a Jupyter notebook into one text that remembers its cells. Null when it is no notebook. Outputs are not read. */
export function readNotebook(path: string, content: string): SourceFile | null {
  let notebook: JsonValue
  try {
    notebook = JSON.parse(content)
  } catch {
    return null
  }
  if (!isJsonObject(notebook) || !Array.isArray(notebook['cells'])) return null
  const starts: CellStart[] = []
  let text = ''
  notebook['cells'].forEach((cell, index) => {
    if (!isJsonObject(cell) || cell['cell_type'] !== 'code') return
    starts.push({ offset: text.length, cell: index + 1 })
    text += `${sourceOf(cell['source'])}\n\n`
  })
  return new SourceFile(path, 'notebook', text, starts)
}

function sourceOf(source: JsonValue | undefined): string {
  if (Array.isArray(source)) return source.filter((line) => typeof line === 'string').join('')
  return typeof source === 'string' ? source : ''
}
