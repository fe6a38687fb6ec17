import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Clock } from '../primitives/clock.ts'
import { type CallSite, checklistJson, checklistMarkdown, type Inventory, placeText, scanFolder } from './index.ts'

const clock: Clock = { nowMs: () => Date.parse('2026-11-21T12:00:00Z'), monotonicMs: () => 0 }
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'darkroom-scan-'))
  folders.push(folder)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/** A fixture project under the names its files would have. */
function fixture(name: string): string {
  const from = join(import.meta.dirname, 'fixtures', name)
  const folder = folderOf({})
  for (const file of readdirSync(from)) copyFileSync(join(from, file), join(folder, file.replace(/\.txt$/, '').replace('dot-env', '.env')))
  return folder
}

const scan = (folder: string): Inventory => scanFolder(folder, { clock })
const scanText = (path: string, text: string): CallSite[] => scan(folderOf({ [path]: text })).sites
const inShort = ({ sites }: Inventory) =>
  sites.map((site) => `${site.verdict} ${placeText(site)} ${site.operation} ${site.route.name ?? site.route.host}`)

function siteAt(inventory: Inventory, place: string): CallSite {
  const found = inventory.sites.find((site) => placeText(site) === place)
  if (!found) throw new Error(`nothing at ${place}; found ${inShort(inventory).join(', ')}`)
  return found
}

describe('a TypeScript project', () => {
  it('is sorted into move, fallback and drop, generation before edits', () => {
    expect(inShort(scan(fixture('typescript')))).toEqual([
      'move poster.ts:8 generation OpenAI',
      'move assistant.ts:6 responses OpenAI',
      'move poster.ts:20 edit OpenAI',
      'fallback assistant.ts:20 chat-image laozhang.ai',
      'drop assistant.ts:29 generation ChatGPT web session',
      'drop poster.ts:26 generation ChatGPT session or account-pool software',
      'drop client.ts:5 unknown ChatGPT session or account-pool software',
      'drop poster.ts:32 variation OpenAI',
    ])
  })

  it('finds client, constant, retries, cost and storage of a call across files', () => {
    const site = siteAt(scan(fixture('typescript')), 'poster.ts:8')
    expect(site).toMatchObject({
      streaming: 'no',
      output: { state: 'base64', near: true },
      costLog: { state: 'usage', line: 16 },
      storage: { state: 'file', line: 15 },
      retries: [{ kind: 'sdk', attempts: 5 }],
      models: [{ id: 'dall-e-3', state: 'retired', use: 'gpt-image-2.5-sunburst' }],
    })
    expect(site.parameters.map(({ name, value, use }) => [name, value, use])).toEqual([
      ['size', '1920x1080', '1920x1088'],
      ['quality', 'hd', 'high'],
      ['response_format', 'b64_json', null],
    ])
  })

  it('rewrites the same call for the gateway and says what has to change elsewhere', () => {
    const { rewrite } = siteAt(scan(fixture('typescript')), 'poster.ts:8')
    expect(rewrite?.after).toBe(`const openai = new OpenAI({ baseURL: 'http://127.0.0.1:4100/v1', apiKey: process.env.DARKROOM_API_KEY })
openai.images.generate({
    model: MODEL,
    prompt,
    size: '1920x1088',
    quality: 'high',
  })`)
    expect(rewrite?.notes).toEqual([
      'model: replace dall-e-3 by gpt-image-2.5-sunburst where it is set (line 9).',
      'The client is made in client.ts: change it there once for all its calls.',
    ])
  })

  it('passes over commented calls and chat calls without pictures', () => {
    const places = scan(fixture('typescript')).sites.map(placeText)
    expect(places).not.toContain('poster.ts:6')
    expect(places).not.toContain('assistant.ts:16')
  })
})

describe('a Python project', () => {
  it('is read with decorators, payload variables, defaults of the environment and notebooks', () => {
    const inventory = scan(fixture('python'))
    expect(inShort(inventory)).toEqual([
      'move pictures.py:15 generation OpenAI',
      'move pictures.py:32 edit OpenAI',
      'fallback explore.ipynb#cell3:2 generation localhost:4000',
      'fallback pictures.py:26 generation laozhang.ai',
    ])
    expect(siteAt(inventory, 'pictures.py:15').retries).toMatchObject([
      { kind: 'sdk-default', attempts: 3 },
      { kind: 'library', attempts: 5, line: 13 },
    ])
    expect(siteAt(inventory, 'pictures.py:26')).toMatchObject({
      output: { state: 'url' },
      retries: [],
      models: [{ id: 'gpt-image-2' }],
      parameters: [{ name: 'response_format', legal: false }],
    })
  })

  it('rewrites a bare request with our address and key', () => {
    const { rewrite } = siteAt(scan(fixture('python')), 'pictures.py:32')
    expect(rewrite?.after).toContain('"http://127.0.0.1:4100/v1/images/edits"')
    expect(rewrite?.after).toContain(`headers={"Authorization": f"Bearer {os.environ['DARKROOM_API_KEY']}"}`)
    expect(rewrite?.after).toContain('"size": "1504x1504"')
    expect(rewrite?.after).not.toContain('OPENAI_API_KEY')
  })
})

describe('shell scripts and .http files', () => {
  it('keep a curl line apart from the relay beside it', () => {
    expect(inShort(scan(fixture('curl')))).toEqual([
      'move calls.http:4 generation images.example-wrapper.net',
      'move make.sh:6 generation OpenAI',
      'move make.sh:10 edit OpenAI',
      'fallback calls.http:11 generation Apiframe',
      'drop make.sh:14 unknown ChatGPT web session',
    ])
  })

  it('become curl lines for the gateway', () => {
    const inventory = scan(fixture('curl'))
    expect(siteAt(inventory, 'make.sh:6').rewrite?.after).toBe(`curl -s --retry 3 "http://127.0.0.1:4100/v1/images/generations" \\
  -H "Authorization: Bearer $DARKROOM_API_KEY" -H 'Content-Type: application/json' \\
  -d '{"model": "gpt-image-2", "prompt": "a harbour", "size": "816x816", "stream": true}' -o picture.json`)
    expect(siteAt(inventory, 'make.sh:10').rewrite?.after).toBe(`curl -s http://127.0.0.1:4100/v1/images/edits \\
  -H "Authorization: Bearer $DARKROOM_API_KEY" \\
  -F model=gpt-image-2.5-sunburst -F image=@in.png -F 'prompt=a coat' | jq -r '.data[0].b64_json' | base64 -d > out.png`)
    expect(siteAt(inventory, 'make.sh:6')).toMatchObject({ streaming: 'yes', retries: [{ kind: 'curl', attempts: 4 }], secrets: [] })
  })
})

describe('a client', () => {
  const routeOf = (path: string, text: string) => scanText(path, text).map(({ route }) => route.name ?? route.host)

  it.each([
    [
      'made when it is first asked for',
      'a.ts',
      "let c\nfunction getClient() {\n  if (!c) c = new OpenAI({ baseURL: 'https://openrouter.ai/api/v1' })\n  return c\n}\nconst other = new OpenAI()\ngetClient().images.generate({ prompt })\n",
      'OpenRouter',
    ],
    [
      'of the AI SDK',
      'a.ts',
      "const apiyi = createOpenAI({ baseURL: 'https://api.apiyi.com/v1' })\ngenerateImage({ model: apiyi.image('gpt-image-2'), prompt })\n",
      'APIYI',
    ],
    [
      'kept in a field of a class',
      'a.ts',
      "class A {\n  readonly openai = new OpenAI({ baseURL: 'https://api.laozhang.ai/v1' })\n  make() { return this.openai.images.generate({ prompt }) }\n}\n",
      'laozhang.ai',
    ],
    [
      'of axios with a base',
      'a.js',
      "const http = axios.create({ baseURL: 'https://api.laozhang.ai/v1' })\nhttp.post('/images/edits', form)\n",
      'laozhang.ai',
    ],
    [
      'of httpx in a with',
      'a.py',
      'with httpx.Client(base_url="https://api.openai.com") as session:\n    session.post("/v1/images/generations", json=body)\n',
      'OpenAI',
    ],
    [
      'of Azure with its endpoint elsewhere',
      'a.py',
      'azure = AzureOpenAI(azure_endpoint=os.environ["ENDPOINT"])\nazure.images.generate(model="pictures", prompt=p)\n',
      'Azure OpenAI',
    ],
    [
      'that is the module of the 0.x package',
      'a.py',
      'import openai\nopenai.api_base = "https://api.laozhang.ai/v1"\nopenai.Image.create(prompt=p)\n',
      'laozhang.ai',
    ],
    ['handed in as an argument', 'a.py', 'def paint(client, p):\n    return client.images.generate(prompt=p)\n', null],
  ])('%s is followed to its address', (_what, path, text, name) => {
    expect(routeOf(path, text)).toEqual([name])
  })
})

describe('settings and recordings', () => {
  it('are sorted like calls, and a setting that names the gateway is done', () => {
    expect(inShort(scan(fixture('mixed')))).toEqual([
      'move session.har:1 generation OpenAI',
      'move .env:2 unknown null',
      'move calls.jsonl:5 edit null',
      'fallback calls.jsonl:2 generation laozhang.ai',
      'fallback .env:1 unknown laozhang.ai',
      'drop compose.yaml:3 generation ChatGPT session or account-pool software',
      'drop .env:3 unknown ChatGPT session or account-pool software',
      'drop session.har:2 unknown ChatGPT web session',
      'moved compose.yaml:6 unknown Darkroom',
    ])
  })

  it('count alike requests as one site and see the retries of the official client', () => {
    const inventory = scan(fixture('mixed'))
    expect(siteAt(inventory, 'calls.jsonl:2')).toMatchObject({
      requests: 2,
      excerpt: '2 × https://api.laozhang.ai/v1/images/generations, 1 failed',
    })
    expect(siteAt(inventory, 'session.har:1').retries).toMatchObject([{ kind: 'seen' }])
  })

  it('copy no prompt out of a recording', () => {
    const inventory = scan(fixture('mixed'))
    expect(checklistJson(inventory) + checklistMarkdown(inventory)).not.toMatch(/confidential launch|secret plan/)
  })

  it('send a client of the official package elsewhere when the environment says so', () => {
    const files = {
      '.env': 'OPENAI_BASE_URL=https://api.laozhang.ai/v1\n',
      'a.ts': "import OpenAI from 'openai'\nconst client = new OpenAI()\nawait client.images.generate({ model: 'gpt-image-2', prompt })\n",
    }
    const site = siteAt(scan(folderOf(files)), 'a.ts:3')
    expect(site).toMatchObject({ verdict: 'fallback', route: { name: 'laozhang.ai' } })
    expect(site.route.addressFrom).toContain('.env:1')
  })
})

describe('routes', () => {
  const called = (address: string) => scanText('a.sh', `curl ${address}/images/generations -d '{"model":"gpt-image-2"}'\n`)[0]

  it.each([
    ['https://api.openai.com/v1', 'official', 'move'],
    ['https://unit.openai.azure.com/openai/deployments/pictures', 'provider', 'fallback'],
    ['https://openrouter.ai/api/v1', 'provider', 'fallback'],
    ['http://litellm:4000/v1', 'self-hosted', 'fallback'],
    ['http://192.168.1.9:3000/v1', 'self-hosted', 'fallback'],
    ['https://pictures.example.com/v1', 'wrapper', 'move'],
    ['https://api.openai.com.example.net/v1', 'wrapper', 'move'],
    ['https://cliproxyapi.example.com/v1', 'relay', 'drop'],
    ['http://127.0.0.1:4100/v1', 'darkroom', 'moved'],
    ['$NOWHERE', 'unknown', 'move'],
  ])('%s is %s: %s', (address, routeClass, verdict) => {
    expect(called(address)).toMatchObject({ route: { class: routeClass }, verdict })
  })

  it.each([
    'await page.goto("https://chatgpt.com/api/auth/session"); const { accessToken } = await page.json()',
    'const answer = await post("https://chatgpt.com/backend-api/f/conversation", { image: true })',
    'import { ChatGPTUnofficialProxyAPI } from "chatgpt"; new ChatGPTUnofficialProxyAPI({ accessToken })',
    'const cookies = { cf_clearance: clearance }; // sent below\nsend("https://chatgpt.com/", cookies)',
  ])('drops %s and gives the official call instead of any step for it', (text) => {
    const [site, ...more] = scanText('relay.ts', `${text}\n`)
    expect(more).toEqual([])
    expect(site).toMatchObject({ verdict: 'drop' })
    expect(site?.rewrite?.after).toContain("baseURL: 'http://127.0.0.1:4100/v1'")
    expect(site?.rewrite?.after).not.toMatch(/chatgpt|cookie|session|accessToken|clearance/i)
  })

  it('leaves a clearance cookie for another site alone', () => {
    expect(scanText('crawl.ts', 'crawl("https://shop.example.com", { cookies: { cf_clearance: value } })\n')).toEqual([])
  })

  it('does not take a server that answers under the path for a call', () => {
    expect(scanText('server.ts', "app.post('/v1/images/generations', handle)\nif (url.endsWith('/images/edits')) edit()\n")).toEqual([])
  })
})

describe('secrets', () => {
  const key = ['sk', 'proj', 'a1B2c3D4e5F6g7H8i9J0'].join('-')
  const token = `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJzdWIiOiIxIn0.c2lnbmF0dXJl`
  const files = {
    'a.py': `client = OpenAI(api_key="${key}", base_url="https://user:hunter2@api.openai.com/v1")\nclient.images.generate(model="gpt-image-2", prompt="x")\n`,
    'b.sh': `curl https://api.openai.com/v1/images/generations -H "Authorization: Bearer ${token}" -H 'Cookie: cf_clearance=Zz9Zz9Zz9Zz9; __Secure-next-auth.session-token=Yy8Yy8Yy8' -d '{"model":"gpt-image-2"}'\n`,
    'c.log': `{"url":"https://api.openai.com/v1/images/edits?key=Qq7Qq7Qq7Qq7","headers":{"authorization":"Bearer ${key}"}}\n`,
  }

  it('are named with their line', () => {
    const inventory = scan(folderOf(files))
    expect(siteAt(inventory, 'a.py:2').secrets).toContainEqual({ kind: 'OpenAI API key', line: 1 })
    expect(siteAt(inventory, 'b.sh:1').secrets.map(({ kind }) => kind)).toEqual(['JSON web token', 'session cookie'])
    expect(siteAt(inventory, 'c.log:1').secrets.length).toBeGreaterThan(0)
  })

  it('are in no report', () => {
    const inventory = scan(folderOf(files))
    const reports = checklistJson(inventory) + checklistMarkdown(inventory)
    for (const secret of [key, token, 'hunter2', 'Zz9Zz9', 'Yy8Yy8', 'Qq7Qq7']) expect(reports).not.toContain(secret)
  })

  it('of the environment are no finding', () => {
    const [site] = scanText(
      'a.ts',
      'const client = new OpenAI({ apiKey: process.env.OPENAI_API_KEY })\nclient.images.generate({ prompt })\n',
    )
    expect(site?.secrets).toEqual([])
  })
})

describe('what a folder may hold', () => {
  const call = "import OpenAI from 'openai'\nconst c = new OpenAI()\nc.images.generate({ prompt: 'x' })\n"

  it('skips dependencies, build results and what .gitignore names', () => {
    const inventory = scan(
      folderOf({
        '.gitignore': '/generated/\n*.gen.ts\n',
        'src/a.ts': call,
        'node_modules/x/a.ts': call,
        'dist/a.js': call,
        'generated/a.ts': call,
        'src/b.gen.ts': call,
      }),
    )
    expect(inventory.sites.map(placeText)).toEqual(['src/a.ts:3'])
  })

  it('names what it did not read: too large, binary, unreadable, broken', () => {
    const folder = folderOf({
      'big.ts': call.padEnd(1_000_001),
      'binary.json': Buffer.from([123, 0, 1]),
      'broken.har': '{',
      'broken.ipynb': 'images.generate(',
      'locked.ts': call,
    })
    chmodSync(join(folder, 'locked.ts'), 0)
    const { skipped } = scan(folder)
    const why = Object.fromEntries(skipped.map((file) => [file.file, file.why]))
    expect(why).toMatchObject({
      'big.ts': 'larger than 1 MB',
      'binary.json': 'binary',
      'broken.har': 'not read: no JSON',
      'broken.ipynb': 'no notebook',
    })
    // An administrator may read everything.
    expect(process.getuid?.() === 0 || why['locked.ts'] === 'cannot be read (EACCES)').toBe(true)
  })

  it('follows no symbolic link, so that a loop ends', () => {
    const folder = folderOf({ 'src/a.ts': call })
    symlinkSync(folder, join(folder, 'src', 'again'))
    symlinkSync(join(folder, 'nowhere'), join(folder, 'gone.ts'))
    expect(scan(folder).sites.map(placeText)).toEqual(['src/a.ts:3'])
  })

  it('cuts the line of a minified program', () => {
    const [site] = scanText('app.js', `${'var a=1;'.repeat(2000)}c.images.generate({prompt:"x"});${'b();'.repeat(2000)}`)
    expect(site?.excerpt.length).toBeLessThan(200)
    expect(site?.excerpt).toContain('images.generate')
  })

  it('lists a hundred places of a kind of a machine-made file, and does not stumble over its brackets', () => {
    expect(scanText('a.js', 'c.images.generate({prompt:x});'.repeat(30_000))).toHaveLength(1)
    const crowded = scan(folderOf({ 'b.js': 'c.images.generate({prompt:x})\n'.repeat(5000) }))
    expect(crowded.sites).toHaveLength(100)
    expect(crowded).toMatchObject({
      filesRead: 1,
      skipped: [{ file: 'b.js', why: 'read, but only the first 100 places of a kind are listed' }],
    })
    expect(scanText('c.js', `${'f('.repeat(100_000)}c.images.generate({prompt:x})${'=/[a'.repeat(50_000)}`)).toHaveLength(1)
  })

  it('reads lines of a log that arrive in pieces, and lines with a whole picture in them', () => {
    const line = (size: number) =>
      JSON.stringify({ url: 'https://api.openai.com/v1/images/generations', status: 200, model: 'gpt-image-2', picture: 'A'.repeat(size) })
    const [site, ...more] = scanText('calls.log', [line(10), line(300_000), line(10)].join('\n'))
    expect(site).toMatchObject({ line: 1, requests: 3 })
    expect(more).toEqual([])
  })

  it('says the same twice, and says it about an empty folder too', () => {
    const folder = fixture('mixed')
    expect(checklistJson(scan(folder))).toBe(checklistJson(scan(folder)))
    expect(checklistMarkdown(scan(folderOf({})))).toContain('No image call was found.')
  })

  it('refuses a folder that is none', () => {
    expect(() => scanFolder('/nowhere/at/all')).toThrow('ENOENT')
    expect(() => scanFolder(join(import.meta.dirname, 'index.ts'))).toThrow('is no folder')
  })
})

describe('the checklist', () => {
  it('goes from generation to edits, cost log and storage, then to what stays and what goes', () => {
    const headings = [...checklistMarkdown(scan(fixture('typescript'))).matchAll(/^## (.+)$/gm)].map((match) => match[1])
    expect(headings).toEqual([
      '1. Generation: move these first',
      '2. Edits',
      '3. Cost log',
      '4. Storage',
      'Keep as fallback',
      'Drop',
      'What this scan cannot see',
    ])
  })

  it('is JSON in the spelling of the API', () => {
    const checklist = JSON.parse(checklistJson(scan(fixture('typescript'))))
    expect(checklist).toMatchObject({ version: 1, as_of: '2026-11-21', files_read: 3, totals: { move: 3, fallback: 1, drop: 4, moved: 0 } })
    expect(checklist.sites[0]).toMatchObject({ file: 'poster.ts', line: 8, cost_log: { state: 'usage' }, verdict: 'move' })
  })

  it('takes no name of a file for markup', () => {
    const markdown = checklistMarkdown(scan(folderOf({ 'a`|b\n# c.sh': 'curl https://api.openai.com/v1/images/generations\n' })))
    expect(markdown).not.toMatch(/^# c/m)
  })

  it('names the fixtures of this repository, all of them', () => {
    const fixtures = readdirSync(join(import.meta.dirname, 'fixtures'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    expect(fixtures.every(({ name }) => name.endsWith('.txt'))).toBe(true)
    for (const { parentPath, name } of fixtures) expect(readFileSync(join(parentPath, name), 'utf8')).not.toMatch(/sk-(?!fixture)[\w-]{20}/)
  })
})
