import { dataUrlPlaceholder } from '../contract/image-url.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../primitives/json.ts'
import { mentionedPicture, shownPicture } from './shown-picture.ts'
import { isClientTool } from './tool-calls.ts'

/** A picture of an earlier turn: made by an image call, or brought along by the user with the bytes of this hash. */
export type EarlierPicture = { kind: 'call'; callId: string } | { kind: 'input'; sha256: string }

interface ReplayRules<Picture> {
  findPicture: (picture: EarlierPicture) => Picture | null
  /** Ids of client tool calls that stand with their result. */
  answered: ReadonlySet<string>
  mostPictures: number
}

/** Items that are of no use to another response: thoughts in a form only their upstream reads, and lists it makes anew. */
const untold = new Set(['reasoning', 'compaction', 'compaction_trigger', 'mcp_list_tools'])
/** What is told of an item of another tool, in characters. */
const mostToolCharacters = 8_192

/** Items of earlier turns as they can be said again. Tell the newest first: the first pictures told are the ones that are shown. */
export class ReplayedItems<Picture> {
  readonly #rules: ReplayRules<Picture>
  /** Parts that show a picture, by identity: their place is known only when all items are. */
  readonly #shown = new Map<JsonValue, Picture>()

  constructor(rules: ReplayRules<Picture>) {
    this.#rules = rules
  }

  /**
   * Tells items in the order they were said; none, one or more become of each.
   * @param inputs hash of each picture of the request's input by its place
   */
  tell(items: readonly JsonValue[], inputs: ReadonlyMap<string, string> = new Map()): JsonObject[] {
    const told: JsonObject[] = []
    for (const [index, item] of [...items.entries()].reverse()) {
      if (isJsonObject(item)) told.push(...this.#tellItem(item, (path) => inputs.get(`input[${index}]${path}`) ?? null))
    }
    return told.reverse()
  }

  /** Where pictures are shown in the finished list of items. */
  places(items: readonly JsonObject[]): { place: string; picture: Picture }[] {
    return items.flatMap((item, index) =>
      ['content', 'output'].flatMap((member) => {
        const parts = item[member]
        if (!Array.isArray(parts)) return []
        return parts.flatMap((part, at) => {
          const picture = this.#shown.get(part)
          return picture === undefined ? [] : [{ place: `input[${index}].${member}[${at}].image_url`, picture }]
        })
      }),
    )
  }

  #tellItem(item: JsonObject, input: InputAt): JsonObject[] {
    const kind = kindOf(item)
    if (kind === 'message') return this.#tellMessage(item, input)
    if (kind === 'image_generation_call') return this.#tellImageCall(item)
    if (kind === 'item_reference') return this.#tellReference(item)
    if (untold.has(kind)) return []
    if (isClientTool(item) && this.#rules.answered.has(String(item['call_id']))) return [this.#withoutId(item, input)]
    return spoken(`${kind}: ${JSON.stringify(item)}`.slice(0, mostToolCharacters))
  }

  #tellMessage(item: JsonObject, input: InputAt): JsonObject[] {
    const { role = 'user', content = '' } = item
    if (role === 'assistant') return spoken(wordsOf(content), item['phase'])
    return [{ type: 'message', role, content: this.#parts(content, 'content', input) }]
  }

  /** Ids go: an upstream that knows none of them refuses an item it is said to have made. */
  #withoutId({ id: _id, status: _status, ...item }: JsonObject, input: InputAt): JsonObject {
    return 'output' in item ? { ...item, output: this.#parts(item['output'] ?? '', 'output', input) } : item
  }

  #parts(parts: JsonValue, member: string, input: InputAt): JsonValue {
    if (!Array.isArray(parts)) return parts
    const told = [...parts.entries()].reverse().map(([at, part]) => {
      if (!isJsonObject(part) || part['type'] !== 'input_image') return part
      const sha256 = input(`.${member}[${at}].image_url`)
      return this.#show(sha256 === null ? null : { kind: 'input', sha256 }, part['detail']) ?? pictureBefore
    })
    return told.reverse()
  }

  #tellImageCall(item: JsonObject): JsonObject[] {
    const callId = String(item['id'])
    if (item['status'] === 'failed') return spoken(`Image call ${callId} failed and made no picture.`)
    const revised = typeof item['revised_prompt'] === 'string' ? item['revised_prompt'] : null
    const picture = this.#show({ kind: 'call', callId })
    return picture ? [shownPicture(callId, revised, picture)] : spoken(mentionedPicture(callId, revised))
  }

  /** A reference may name an item of any kind; only to pictures anything is known that was not said already. */
  #tellReference(item: JsonObject): JsonObject[] {
    const callId = String(item['id'])
    const picture = this.#show({ kind: 'call', callId })
    return picture ? [shownPicture(callId, null, picture)] : []
  }

  #show(earlier: EarlierPicture | null, detail: JsonValue = 'auto'): JsonObject | null {
    if (earlier === null || this.#shown.size >= this.#rules.mostPictures) return null
    const picture = this.#rules.findPicture(earlier)
    if (picture === null) return null
    const part: JsonObject = { type: 'input_image', detail, image_url: dataUrlPlaceholder }
    this.#shown.set(part, picture)
    return part
  }
}

/** Finds the hash of a picture by its path inside an item. */
type InputAt = (path: string) => string | null

const pictureBefore: JsonObject = { type: 'input_text', text: 'A picture stood here in an earlier turn. It is not shown again.' }

function spoken(text: string, phase: JsonValue = null): JsonObject[] {
  if (text === '') return []
  return [{ type: 'message', role: 'assistant', content: text, ...(phase === null ? {} : { phase }) }]
}

/** Words of a message of the assistant, its refusals included. */
function wordsOf(content: JsonValue): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  const words = content.flatMap((part) => (isJsonObject(part) ? [part['text'] ?? part['refusal']] : []))
  return words.filter((text) => typeof text === 'string' && text !== '').join('\n')
}

/** Messages and references may leave their type out (openai 7.55.0 types). */
function kindOf(item: JsonObject): string {
  if (typeof item['type'] === 'string') return item['type']
  return Object.hasOwn(item, 'role') ? 'message' : 'item_reference'
}
