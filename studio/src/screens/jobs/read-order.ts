import type { BulkOrder } from '#sdk'

/** A file as the gateway takes it: JSON is read here, lines and tables there. */
export type ReadOrder = { file: Blob } | { items: readonly Record<string, unknown>[]; template?: object }

/** Reads what somebody chose. @throws Error for JSON that is none, or holds no list of items */
export async function readOrder(file: File): Promise<ReadOrder> {
  if (!file.name.toLowerCase().endsWith('.json')) return { file }
  const value = JSON.parse(await file.text()) as unknown
  const whole = (Array.isArray(value) ? { items: value } : value) as { items?: unknown; template?: object } | null
  if (!Array.isArray(whole?.items)) throw new Error(`${file.name} is neither a list of items nor an object with "items".`)
  return { items: whole.items as Record<string, unknown>[], ...(whole.template && { template: whole.template }) }
}

/** The order, with the template that was written here in place of its own. */
export function orderOf(read: ReadOrder, template: object | null): BulkOrder {
  return template === null ? read : { ...read, template }
}
