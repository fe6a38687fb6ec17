import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { failure } from './failure.ts'

const placeholder = /\{\{\s*([\p{L}\p{N}_.-]{1,64})\s*\}\}/gu
const alone = /^\{\{\s*([\p{L}\p{N}_.-]{1,64})\s*\}\}$/u

/** Members whose value is a number, where a table has only texts. */
const numbers = ['n', 'number_of_images', 'output_compression', 'partial_images']

/**
 * Fills variables into the `{{name}}` of a template's texts. A text that is nothing but one takes the value as it is, a number or a list; where
 * it is empty, its member is left out.
 * @throws Failure `invalid_value` for a name without a value
 */
export function fillTemplate(template: JsonObject, variables: JsonObject): JsonObject {
  return filledObject(template, variables)
}

function filledObject(object: JsonObject, variables: JsonObject): JsonObject {
  const members = Object.entries(object).map(([name, value]) => [name, typed(name, filled(value as JsonValue, variables))] as const)
  return Object.fromEntries(members.filter(([, value]) => value !== undefined)) as JsonObject
}

function filled(value: JsonValue, variables: JsonObject): JsonValue | undefined {
  if (typeof value === 'string') return filledText(value, variables)
  if (Array.isArray(value)) return value.map((part) => filled(part, variables)).filter((part) => part !== undefined)
  return isJsonObject(value) ? filledObject(value, variables) : value
}

function filledText(text: string, variables: JsonObject): JsonValue | undefined {
  const whole = alone.exec(text)?.[1]
  if (whole !== undefined) {
    const value = valueNamed(whole, variables)
    return value === '' || value === null ? undefined : value
  }
  return text.replaceAll(placeholder, (_, name: string) => {
    const value = valueNamed(name, variables)
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')
  })
}

function valueNamed(name: string, variables: JsonObject): JsonValue {
  if (Object.hasOwn(variables, name)) return variables[name] as JsonValue
  throw failure('invalid_value', { param: name, message: `The template names '${name}', which this item does not have.` })
}

function typed(name: string, value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'string' || !numbers.includes(name)) return value
  return /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value
}

/** A row of a table as OpenAI's body: what it does not know becomes a label, an empty cell nothing. */
export function rowAsBody(row: Readonly<Record<string, string>>): JsonObject {
  const body: JsonObject = {}
  const labels: Record<string, string> = {}
  for (const [column, cell] of Object.entries(row)) {
    if (cell === '') continue
    if (column === 'image_url' || column === 'images') body['images'] = cell.split('|').map((image) => imageOf(image.trim()))
    else if (column === 'mask_url' || column === 'mask') body['mask'] = imageOf(cell.trim())
    else if (bodyColumns.includes(column)) body[column] = typed(column, cell) as JsonValue
    else labels[column] = cell
  }
  return Object.keys(labels).length === 0 ? body : { ...body, darkroom: { metadata: labels } }
}

const imageOf = (name: string): JsonObject => (/^(?:file|img)_/.test(name) ? { file_id: name } : { image_url: name })

const bodyColumns = [
  ...['custom_id', 'model', 'prompt', 'n', 'size', 'quality', 'background', 'output_format', 'output_compression', 'moderation'],
  ...['user', 'safety_identifier', 'input_fidelity', 'complexity'],
]
