import { readFileSync, writeFileSync } from 'node:fs'
import { apiTypesOf } from './api-types-of.ts'

/** Writes `sdk/src/api-types.ts` from `openapi.json`; a part of `npm run generate`. */
const document = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'))
writeFileSync(new URL('src/api-types.ts', import.meta.url), apiTypesOf(document))
