const rows = [
  { custom_id: 'fox-1', prompt: 'A red fox in the snow, pencil drawing', size: '1024x1024', quality: 'low' },
  { custom_id: 'poster-2', prompt: 'A tea poster that reads "First flush"', size: '1024x1536', quality: 'medium' },
]

const writers = {
  csv: { type: 'text/csv', write: () => `${[Object.keys(rows[0]!), ...rows.map(Object.values)].map(csvLine).join('\r\n')}\r\n` },
  jsonl: { type: 'application/x-ndjson', write: () => rows.map((row) => `${JSON.stringify(asLine(row))}\n`).join('') },
} as const

const asLine = ({ custom_id, ...request }: (typeof rows)[number]) => ({ custom_id, request: { model: 'gpt-image-2', ...request } })

function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')
}

/** Has the browser save a file of two items to begin from. */
export function saveTemplate(kind: keyof typeof writers): void {
  const { type, write } = writers[kind]
  const address = URL.createObjectURL(new Blob([write()], { type }))
  const link = Object.assign(document.createElement('a'), { href: address, download: `darkroom-bulk.${kind}` })
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
