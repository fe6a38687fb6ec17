/** The text around the pictures of an answer. */
export interface ReplyWords {
  kind: 'json' | 'sse'
  opening: string
  before(index: number): string
  after: string
  closing: string
}

/** What an answer says beside its pictures: no tokens are counted here, and no size or format is claimed that nobody reported. */
export interface ReplyFacts {
  /** Seconds since 1970. */
  createdAt: number
  model: string | null
}

/** As OpenAI answers in JSON. */
export function jsonWords({ createdAt, model }: ReplyFacts): ReplyWords {
  return {
    kind: 'json',
    opening: `{"created":${createdAt},${model === null ? '' : `"model":${JSON.stringify(model)},`}"data":[`,
    before: (index) => `${index > 0 ? ',' : ''}{"b64_json":"`,
    after: '"}',
    closing: ']}\n',
  }
}

/** As OpenAI streams: one completed event a picture. There are no previews, of which fewer than asked may come at any time. */
export function eventWords({ createdAt, model }: ReplyFacts): ReplyWords {
  const type = 'image_generation.completed'
  const members = JSON.stringify({ type, created_at: createdAt, ...(model !== null && { model }) }).slice(0, -1)
  return {
    kind: 'sse',
    opening: '',
    before: () => `event: ${type}\ndata: ${members},"b64_json":"`,
    after: '"}\n\n',
    closing: '',
  }
}
