import type { JsonObject } from '../primitives/json.ts'

/** A request that a snippet shall make. */
export interface SnippetBasis {
  baseUrl: string
  headers: Readonly<Record<string, string>>
  body: JsonObject
}

/** A generation, its picture saved; for a stream the last event. */
export function generateSnippet(basis: SnippetBasis): string {
  return imageSnippet(basis, { method: 'generate', completed: 'image_generation.completed', head: [] })
}

/** An edit; the official package sends it as a form, so the picture is a file of the caller's. */
export function editSnippet({ body, ...basis }: SnippetBasis): string {
  const { images: _named, ...fields } = body
  return imageSnippet(
    { ...basis, body: fields },
    { method: 'edit', completed: 'image_edit.completed', head: ["  image: createReadStream('source.png'),"] },
  )
}

/** A turn of an assistant flow, its pictures saved, and how the next turn goes on from it. */
export function respondSnippet({ baseUrl, headers, body }: SnippetBasis): string {
  const streamed = body.stream === true
  const reply = streamed
    ? [
        `const stream = await client.responses.create(${objectText(body)})`,
        'let reply',
        "for await (const event of stream) if (event.type === 'response.completed') reply = event.response",
      ]
    : [`const reply = await client.responses.create(${objectText(body)})`]
  return [
    ...opening({ baseUrl, headers, imports: ["import { writeFileSync } from 'node:fs'"] }),
    ...reply,
    "for (const item of reply.output.filter((item) => item.type === 'image_generation_call' && item.result)) {",
    "  writeFileSync(item.id + '.png', Buffer.from(item.result, 'base64'))",
    '}',
    '// The next turn: client.responses.create({ …, previous_response_id: reply.id })',
  ].join('\n')
}

interface ImageSnippet {
  method: 'generate' | 'edit'
  completed: string
  /** Lines of the argument before the body's own members. */
  head: readonly string[]
}

function imageSnippet({ baseUrl, headers, body }: SnippetBasis, { method, completed, head }: ImageSnippet): string {
  const files = head.length > 0 ? 'createReadStream, writeFileSync' : 'writeFileSync'
  const argument = objectText(body).replace('{\n', ['{', ...head, ''].join('\n'))
  const save = (picture: string) => `writeFileSync('picture.${body.output_format}', Buffer.from(${picture}.b64_json, 'base64'))`
  const call =
    body.stream === true
      ? [
          `const stream = await client.images.${method}(${argument})`,
          'for await (const event of stream) {',
          `  if (event.type === '${completed}') ${save('event')}`,
          '}',
        ]
      : [`const reply = await client.images.${method}(${argument})`, save('reply.data[0]')]
  return [...opening({ baseUrl, headers, imports: [`import { ${files} } from 'node:fs'`] }), ...call].join('\n')
}

interface Opening {
  baseUrl: string
  headers: Readonly<Record<string, string>>
  imports: readonly string[]
}

/** The client waits longer than the gateway, so that the gateway's own answer about a slow call is always seen. */
function opening({ baseUrl, headers, imports }: Opening): string[] {
  const extra = Object.keys(headers).length > 0 ? [`  defaultHeaders: ${JSON.stringify(headers)},`] : []
  return [
    ...imports,
    "import OpenAI from 'openai'",
    '',
    'const client = new OpenAI({',
    `  baseURL: ${JSON.stringify(`${baseUrl}/v1`)},`,
    '  apiKey: process.env.DARKROOM_API_KEY,',
    '  timeout: 300_000,',
    ...extra,
    '})',
  ]
}

/** JSON is a JavaScript literal; its keys need no quotes here. A line break inside a text is escaped, so a line begins with a key or not at all. */
function objectText(body: JsonObject): string {
  return JSON.stringify(body, null, 2).replaceAll(/^( *)"([A-Za-z_]\w*)":/gm, '$1$2:')
}
