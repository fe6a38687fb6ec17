/** Programs that a call is shown as. */
export const sampleLanguages = ['curl', 'node', 'python'] as const
export type SampleLanguage = (typeof sampleLanguages)[number]

interface Sample {
  /** Address of the gateway, without a slash at its end. */
  baseUrl: string
  /** The call as it was sent. */
  body: Record<string, unknown>
  /** Name of the first picture's file. */
  file: string
}

/**
 * A call as a program that runs as it stands, with a Darkroom key in DARKROOM_KEY: curl with what every system has beside it, Node with the official
 * package, Python with nothing to install. It asks for what was asked for here; without previews there is nothing to stream.
 */
export function codeSample(language: SampleLanguage, baseUrl: string, request: Record<string, unknown>): string {
  const { stream: _stream, partial_images: partials, ...rest } = request
  const body = Number(partials ?? 0) > 0 ? { ...rest, stream: true, partial_images: partials } : rest
  const sample = { baseUrl, body, file: `picture.${String(request['output_format'] ?? 'png')}` }
  return writers[language](sample)
}

const writers: Readonly<Record<SampleLanguage, (sample: Sample) => string>> = { curl: curlSample, node: nodeSample, python: pythonSample }

/** The last picture of an answer stands last in it, in JSON as in a stream. */
function curlSample({ baseUrl, body, file }: Sample): string {
  return [
    '# DARKROOM_KEY: a Darkroom key. The picture is written to a file; of several the last one.',
    `curl -sS --fail-with-body -o answer.txt ${shellQuoted(`${baseUrl}/v1/images/generations`)} \\`,
    '  -H "Authorization: Bearer $DARKROOM_KEY" \\',
    "  -H 'Content-Type: application/json' \\",
    `  -d ${shellQuoted(JSON.stringify(body, null, 2))} \\`,
    `  && grep -o '"b64_json": *"[^"]*"' answer.txt | tail -n 1 | cut -d '"' -f 4 | base64 -d > ${file} \\`,
    '  || { cat answer.txt >&2; false; }',
  ].join('\n')
}

function nodeSample({ baseUrl, body, file }: Sample): string {
  const call = `await client.images.generate(${objectText(body)})`
  const [stem, extension] = file.split('.')
  const save = `writeFileSync(\`${stem}-\${++count}.${extension}\`, Buffer.from(image.b64_json, 'base64'))`
  const rest =
    body['stream'] === true
      ? [`for await (const image of ${call}) {`, `  if (image.type === 'image_generation.completed') ${save}`, '}']
      : [`const reply = ${call}`, `for (const image of reply.data) ${save}`]
  return [
    '// npm install openai. DARKROOM_KEY: a Darkroom key, not one of OpenAI.',
    "import { writeFileSync } from 'node:fs'",
    "import OpenAI from 'openai'",
    '',
    'const client = new OpenAI({',
    `  baseURL: ${JSON.stringify(`${baseUrl}/v1`)},`,
    '  apiKey: process.env.DARKROOM_KEY,',
    '  timeout: 300_000,',
    '})',
    'let count = 0',
    ...rest,
  ].join('\n')
}

function pythonSample({ baseUrl, body, file }: Sample): string {
  const [stem, extension] = file.split('.')
  const isStream = body['stream'] === true
  const save = (indent: string) => [
    `${indent}count += 1`,
    `${indent}with open(f"${stem}-{count}.${extension}", "wb") as file:`,
    `${indent}    file.write(base64.b64decode(image["b64_json"]))`,
  ]
  const reading = isStream
    ? [
        '    for line in answer:',
        '        image = json.loads(line[5:]) if line.startswith(b"data:") else {}',
        '        if image.get("error"):',
        '            raise SystemExit(image["error"]["message"])',
        '        if image.get("type") == "image_generation.completed":',
        ...save('            '),
      ]
    : ['    for image in json.load(answer)["data"]:', ...save('        ')]
  return [
    '# DARKROOM_KEY: a Darkroom key. Nothing is to be installed.',
    'import base64',
    'import json',
    'import os',
    'import urllib.error',
    'import urllib.request',
    '',
    // JSON inside a raw text: what Python would read in another way (true, null) stays what it is.
    `body = json.loads(r'''${pythonSafe(body)}''')`,
    'request = urllib.request.Request(',
    `    ${JSON.stringify(`${baseUrl}/v1/images/generations`)},`,
    '    data=json.dumps(body).encode(),',
    '    headers={"Authorization": f"Bearer {os.environ[\'DARKROOM_KEY\']}", "Content-Type": "application/json"},',
    ')',
    'count = 0',
    'try:',
    '    answer = urllib.request.urlopen(request, timeout=300)',
    'except urllib.error.HTTPError as error:',
    '    raise SystemExit(error.read().decode())',
    'with answer:',
    ...reading,
  ].join('\n')
}

/** A quote inside is written by its number, which JSON reads back. */
function pythonSafe(body: object): string {
  return JSON.stringify(body, null, 2).replaceAll("'", '\\u0027')
}

/** Text that a shell takes as it is. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** JSON is a JavaScript literal; its keys need no quotes here. A line break inside a text is escaped, so that a line begins with a key or not at all. */
function objectText(body: object): string {
  return JSON.stringify(body, null, 2).replaceAll(/^( *)"([A-Za-z_]\w*)":/gm, '$1$2:')
}
