import { z } from 'zod'
import { indispensableFacts } from '../routes/index.ts'
import { configFileSchema } from './config-file-schema.ts'

interface SchemaObject {
  properties?: Record<string, SchemaObject>
  items?: SchemaObject
  anyOf?: object[]
  [keyword: string]: unknown
}

/**
 * `darkroom.yaml` as JSON Schema (draft 2020-12), for editors that complete and check while one types. It knows names, types and
 * values; what depends on other settings or the environment is checked at the start only.
 */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(configFileSchema, { io: 'input', unrepresentable: 'any' }) as SchemaObject
  // A row says these itself, or names a preset: the one rule between fields that editors can be told.
  schema.properties!['routes']!.items!.anyOf = [withAllOf(['preset']), withAllOf(indispensableFacts)]
  return { ...schema, title: 'darkroom.yaml', description: 'Settings of a Darkroom gateway; docs/configuration.md describes them.' }
}

/** An object that has these members, of whatever value: the properties beside say which. */
function withAllOf(names: readonly string[]): object {
  return { type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])), required: [...names] }
}
