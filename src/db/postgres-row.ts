import type { FieldDef, QueryResult } from 'pg'
import { isMoney, wholeNumber } from './bound-value.ts'

/** Type numbers of PostgreSQL's own catalogue. @see https://www.postgresql.org/docs/current/catalog-pg-type.html */
const BOOLEAN = 16
const INT8 = 20
const INT2 = 21
const INT4 = 23
const FLOAT4 = 700
const FLOAT8 = 701
const NUMERIC = 1700

/** Leaves every value as the text that came: what it becomes depends on the column's name too. */
export const asText = { getTypeParser: () => (text: string) => text }

/** Rows as every engine gives them: money as bigint, other numbers as number, true and false as 1 and 0. */
export function rowsOf({ rows, fields }: QueryResult<Record<string, unknown>>): Record<string, unknown>[] {
  for (const field of fields) {
    const read = readerOf(field)
    if (read === null) continue
    for (const row of rows) {
      const value = row[field.name]
      if (value !== null) row[field.name] = read(value as string)
    }
  }
  return rows
}

function readerOf({ name, dataTypeID }: FieldDef): ((text: string) => number | bigint) | null {
  switch (dataTypeID) {
    case BOOLEAN:
      return (text) => (text === 't' ? 1 : 0)
    case INT2:
    case INT4:
    case INT8:
    case NUMERIC:
      return isMoney(name) ? BigInt : (text) => (/^-?\d+$/.test(text) ? wholeNumber(name, BigInt(text)) : Number(text))
    case FLOAT4:
    case FLOAT8:
      return Number
    default:
      return null
  }
}
