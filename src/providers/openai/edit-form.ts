import type { InputFormat, InputRole } from '../../contract/input-picture.ts'
import type { JsonObject, JsonValue } from '../../primitives/json.ts'
import type { ProviderCall, ProviderInput } from '../image-provider.ts'
import type { Form, FormField, FormFile } from './multipart-body.ts'

/**
 * The form of `POST /images/edits`: a text field for each member of the body, then the pictures in the order of the call. One picture goes
 * as `image`, several as `image[]`, as OpenAI's own clients write it. File names are ours: the caller's may say more than upstream should
 * know.
 */
export function editForm({ body, inputs }: Pick<ProviderCall, 'body' | 'inputs'>): Form {
  return { fields: formFields(body), files: formFiles(inputs) }
}

/** Null and absent mean the same upstream, and a form has no other way to say either. */
function formFields(body: JsonObject): FormField[] {
  return Object.entries(body)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ({ name, value: formText(value) }))
}

const formText = (value: JsonValue) => (typeof value === 'string' ? value : JSON.stringify(value))

function formFiles(inputs: readonly ProviderInput[]): FormFile[] {
  const several = inputs.filter(({ role }) => role === 'image').length > 1
  const seen: Record<InputRole, number> = { image: 0, mask: 0, markup: 0 }
  return inputs.map((input) => {
    const { role, format } = input
    seen[role] += 1
    return {
      name: role === 'image' && several ? 'image[]' : role,
      fileName: `${role}-${seen[role]}.${extensions[format]}`,
      mediaType: `image/${format}`,
      content: { byteLength: input.byteLength, open: () => input.open() },
    }
  })
}

const extensions: Record<InputFormat, string> = { png: 'png', jpeg: 'jpg', webp: 'webp' }
