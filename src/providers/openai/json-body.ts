import { dataUrlPlaceholder } from '../../contract/image-url.ts'
import type { StreamedBody } from '../../outbound/index.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'
import { base64Of } from '../base64-of.ts'
import type { ProviderInput } from '../image-provider.ts'
import { exactly } from './exactly.ts'

/**
 * Makes the JSON body of a Responses call: the text `JSON.stringify` gives, with each input's bytes as a base64 data URL in the place of its
 * placeholder. Inputs are opened when their turn comes and closed before the next, and no string ever holds one. The length is known
 * before a byte is read; an input that turns out longer or shorter than it said ends the body with an error before the closing brace.
 * @throws TypeError when an input's place holds no placeholder, or no place of its own: the caller's mistake.
 */
export function jsonBodyWithInputs(body: JsonObject, inputs: readonly ProviderInput[]): Buffer | StreamedBody {
  if (inputs.length === 0) return Buffer.from(JSON.stringify(body))
  const parts = outlineOf(body, inputs)
  return {
    byteLength: parts.reduce((sum, part) => sum + (Buffer.isBuffer(part) ? part.length : base64Length(part.byteLength)), 0),
    async *open() {
      for (const part of parts) {
        if (Buffer.isBuffer(part)) yield part
        else yield* base64Of(exactly(part))
      }
    },
  }
}

/** A body as it is written: text, and between the texts the inputs that come as base64. */
type OutlinePart = Buffer | ProviderInput

function outlineOf(body: JsonObject, inputs: readonly ProviderInput[]): OutlinePart[] {
  const waiting = new Map(inputs.map((input) => [input.place, input]))
  if (waiting.size < inputs.length) throw new TypeError('two inputs of a response have the same place, or none')
  const parts: OutlinePart[] = []
  let text = ''

  function write(value: JsonValue, place: string): void {
    const input = waiting.get(place)
    if (input) writeInput(value, input)
    else if (Array.isArray(value)) writeAll('[]', value, (element, index) => write(element, `${place}[${index}]`))
    else if (isJsonObject(value)) writeAll('{}', Object.entries(value), ([name, member]) => writeMember(name, member, place))
    else text += JSON.stringify(value)
  }

  function writeAll<Item>(brackets: string, items: readonly Item[], writeOne: (item: Item, index: number) => void): void {
    text += brackets[0]
    items.forEach((item, index) => {
      if (index > 0) text += ','
      writeOne(item, index)
    })
    text += brackets[1]
  }

  function writeMember(name: string, member: JsonValue, place: string): void {
    text += `${JSON.stringify(name)}:`
    write(member, place === '' ? name : `${place}.${name}`)
  }

  function writeInput(value: JsonValue, input: ProviderInput): void {
    if (value !== dataUrlPlaceholder) throw new TypeError(`an input of a response belongs to ${input.place}, which holds no placeholder`)
    waiting.delete(input.place)
    parts.push(Buffer.from(`${text}"data:image/${input.format};base64,`), input)
    text = '"'
  }

  write(body, '')
  const [unplaced] = waiting.keys()
  if (waiting.size > 0) throw new TypeError(`an input of a response belongs to ${unplaced}, which the body does not have`)
  return [...parts, Buffer.from(text)]
}

const base64Length = (byteLength: number) => Math.ceil(byteLength / 3) * 4
