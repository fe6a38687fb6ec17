import type { JsonObject, JsonValue } from '../primitives/json.ts'
import { filePartRole, namesPicture } from './edit-inputs.ts'
import { Failure, failure } from './failure.ts'
import { quote } from './field-rules.ts'
import { editFields, type RequestField } from './request-fields.ts'
import { parseStrictJson } from './strict-json.ts'

/**
 * Reads the text fields of a multipart edit as the JSON body the same call would have. A text that does not read as its field's type
 * stays a text, for the field's own rule to refuse; an optional field that is empty counts as left out.
 * @param fields in the order they came. File parts are not among them: a picture sent as text is refused here.
 */
export function typeFormFields(fields: readonly (readonly [name: string, value: string])[]): JsonObject | Failure {
  const typed = new Map<string, JsonValue>()
  const seen = new Set<string>()
  for (const [name, value] of fields) {
    if (seen.has(name)) return repeated(name)
    seen.add(name)
    if (value === '' && isOptional(name)) continue
    const read = namesPicture(name) ? pictureAsText(name) : readValue(name, value)
    if (read instanceof Failure) return read
    typed.set(name, read)
  }
  return Object.fromEntries(typed)
}

const kinds: ReadonlyMap<string, RequestField['kind']> = new Map([
  ...editFields.map((field) => [field.name, field.kind] as const),
  ['darkroom', 'object'],
])
const requiredNames = new Set(['model', ...editFields.filter((field) => field.required).map((field) => field.name)])

/** An empty field that nobody knows is still unknown. */
const isOptional = (name: string) => !requiredNames.has(name) && (kinds.has(name) || namesPicture(name))

const wholeNumber = /^(?:0|-?[1-9]\d{0,14})$/

/** `True` is how Python writes it. */
const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
])

function readValue(name: string, value: string): JsonValue | Failure {
  const kind = kinds.get(name)
  if (kind === 'integer') return wholeNumber.test(value) ? Number(value) : value
  if (kind === 'boolean') return truths.get(value) ?? value
  return kind === 'object' ? readObject(name, value) : value
}

/** A doubled key is refused as in a JSON body; what is no object at all is left to the field's rule. */
function readObject(name: string, value: string): JsonValue | Failure {
  const object = parseStrictJson(new TextEncoder().encode(value))
  if (!(object instanceof Failure)) return object
  if (object.code !== 'duplicate_key') return value
  return failure('duplicate_key', { param: name, message: `In the field '${name}': ${object.message}` })
}

function repeated(name: string): Failure {
  return failure('duplicate_key', {
    param: name.slice(0, 100),
    message: `The body names the field ${quote(name)} twice, so its meaning is not clear. Nothing was sent or charged; name it once.`,
  })
}

function pictureAsText(name: string): Failure {
  const role = filePartRole(name)
  if (role instanceof Failure) return role
  return failure('invalid_type', {
    param: name,
    message: `Invalid type for '${name}': expected a file, but got a string instead. Nothing was sent or charged; send the picture itself, with a filename.`,
  })
}
