import { dataUrlPlaceholder } from '../../contract/image-url.ts'
import type { ResponseInputs } from '../../contract/response-check-context.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../primitives/json.ts'
import type { Call } from '../call.ts'
import type { CarriedInput } from './edit-body.ts'
import { readBytes } from './read-bytes.ts'
import { isJson, parseJsonBody, unsupportedType } from './read-json-body.ts'
import { type DataUrl, dataUrlAt, takeDataUrls, takeResults } from './take-data-urls.ts'

/** What a Responses call brought. */
export interface ResponseBody {
  /** The body as it was, its data URLs replaced by the contract's placeholder. */
  fields: JsonObject
  inputs: ResponseInputs
  /** Bytes of the data URLs, by the place where they stood. */
  carried: CarriedInput[]
  /** Pictures of image calls that were sent back whole, by the place of their item: `input[1]`. */
  results: ReadonlyMap<string, Buffer>
}

/**
 * Reads the call of a response.
 * @throws Refusal 400 for another content type or a body that is not one JSON object, 413 beyond `maxBytes`.
 * @throws CallOver when the client left before its body was whole.
 */
export async function readResponseBody({ request }: Call, maxBytes: number): Promise<ResponseBody> {
  const contentType = request.headers['content-type'] ?? ''
  if (!isJson(contentType)) throw unsupportedType(contentType)
  const { text, urls } = takeDataUrls(await readBytes(request, maxBytes))
  const fields = parseJsonBody(takeResults(text, urls))
  const collector = new PictureCollector(urls)
  collector.visit(fields, '')
  const { carried, results } = collector
  return { fields, inputs: { dataUrls: carried.map(({ param, bytes }) => ({ param, byteLength: bytes.length })) }, carried, results }
}

/** Finds the pictures of a body wherever they stand and notes each under its place. */
class PictureCollector {
  readonly carried: CarriedInput[] = []
  readonly results = new Map<string, Buffer>()
  readonly #urls: readonly DataUrl[]

  constructor(urls: readonly DataUrl[]) {
    this.#urls = urls
  }

  visit(value: JsonValue, place: string): void {
    if (Array.isArray(value)) for (const [index, member] of value.entries()) this.visit(member, `${place}[${index}]`)
    else if (isJsonObject(value)) this.#visitObject(value, place)
  }

  #visitObject(holder: JsonObject, place: string): void {
    for (const [name, value] of Object.entries(holder)) {
      const picture = name === 'image_url' || name === 'result' ? dataUrlAt(value, this.#urls) : undefined
      if (!picture) this.visit(value, place === '' ? name : `${place}.${name}`)
      else if (name === 'result') this.results.set(place, picture.bytes)
      else this.#carry(holder, `${place}.${name}`, picture)
    }
  }

  #carry(holder: JsonObject, param: string, picture: DataUrl): void {
    holder.image_url = dataUrlPlaceholder
    this.carried.push({ param, role: param.startsWith('tools[') ? 'mask' : 'image', name: param, ...picture })
  }
}
