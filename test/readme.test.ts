import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allCommands } from '../src/cli/commands.ts'
import { makeFolder, run } from './cli/darkroom-program.ts'
import { decodePicture } from './support/picture-bytes.ts'
import { startTestGateway, type TestGateway } from './support/test-gateway.ts'

const repository = resolve(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(repository, path), 'utf8')

const readmes = readdirSync(repository).filter((name) => /^README(\.[\w-]+)?\.md$/.test(name))
const pages = [...readmes, 'CONTRIBUTING.md', 'CHANGELOG.md', ...markdownBelow('docs')]

function markdownBelow(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return markdownBelow(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

function sourceBelow(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sourceBelow(path)
    return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? [path] : []
  })
}

describe('what a README tells people to paste', () => {
  // The folder of somebody who has just started Darkroom: data/default-key lies where the examples look for it.
  let gateway: TestGateway
  let cwd: string
  const folder = makeFolder()

  beforeAll(async () => {
    cwd = (await folder).path
    mkdirSync(join(cwd, 'data'))
    symlinkSync(join(repository, 'node_modules'), join(cwd, 'node_modules'))
    gateway = await startTestGateway({ dataFolder: join(cwd, 'data') })
  })
  afterAll(async () => {
    await gateway.close()
    await (await folder)[Symbol.asyncDispose]()
  })

  const pointedAtTheGateway = (text: string) => text.replaceAll('http://127.0.0.1:4100', gateway.url)

  it.each(readmes)('%s: the curl call makes a picture', async (readme) => {
    const call = /^ {4}curl -s \S+\/v1\/images\/generations [\s\S]*? -o picture\.json$/m.exec(read(readme))?.[0]
    expect(await run('bash', ['-c', pointedAtTheGateway(call!)], { cwd }).ended).toEqual({ code: 0, stdout: '', stderr: '' })
    const { data } = JSON.parse(readFileSync(join(cwd, 'picture.json'), 'utf8'))
    expect(await decodePicture(Buffer.from(data[0].b64_json, 'base64'))).toEqual({ format: 'png', width: 1024, height: 1536 })
  })

  it("the JavaScript runs as it stands, with OpenAI's own client", async () => {
    const example = /^```js\n([\s\S]*?)^```$/m.exec(read('README.md'))?.[1]
    writeFileSync(join(cwd, 'example.mjs'), pointedAtTheGateway(example!))
    expect(await run(process.execPath, ['example.mjs'], { cwd }).ended).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await decodePicture(readFileSync(join(cwd, 'harbour.webp')))).toEqual({ format: 'webp', width: 1536, height: 1024 })
  })

  it('the call that follows a generation finds its record', async () => {
    const call = /^ {4}(curl -s \S+\/v2\/generations\/<id> .*)$/m.exec(read('README.md'))?.[1]
    const { request_id: _, ...drawn } = await gateway
      .client()
      .images.generate({ model: 'gpt-image-2', prompt: 'A boat', size: '1024x1024' })
      .withResponse()
    const id = drawn.response.headers.get('x-darkroom-generation')
    const followed = await run('bash', ['-c', pointedAtTheGateway(call!).replace('<id>', id!)], { cwd }).ended
    expect(JSON.parse(followed.stdout)).toMatchObject({ id, status: 'completed' })
  })
})

describe('commands that the pages name', async () => {
  const commands = await allCommands()
  const named = (pattern: RegExp) => [...new Set(readmes.flatMap((page) => [...read(page).matchAll(pattern)].map((match) => match[1]!)))]

  it('exist in darkroom', () => {
    const used = named(/\bnpx darkroom ([a-z]+)/g)
    expect(used.length).toBeGreaterThan(2)
    expect(used.filter((name) => !commands.some((command) => command.name === name))).toEqual([])
  })

  it('exist in package.json', () => {
    const { scripts } = JSON.parse(read('package.json'))
    const used = pages.flatMap((page) =>
      [...read(page).matchAll(/\bnpm (?:run ([a-z:-]+)|(start|test)\b)/g)].map((match) => match[1] ?? match[2]!),
    )
    expect(used.length).toBeGreaterThan(2)
    expect(used.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
  })

  it('take the options that are shown with them', () => {
    const unknown = pages.flatMap((page) =>
      [...read(page).matchAll(/\bdarkroom (\w+)([^\n`]*)/g)].flatMap(([line, name, rest]) => {
        const command = commands.find((candidate) => candidate.name === name)
        const options = command ? [...rest!.matchAll(/(?<=\s)--[a-z-]+/g)].map(([option]) => option) : []
        return options.filter((option) => !command!.usage.includes(option)).map((option) => `${page}: ${line} (${option})`)
      }),
    )
    expect(unknown).toEqual([])
  })
})

describe('links', () => {
  /** Places inside a page that can be linked to: its headings, spelt as the forges do, and its own anchors. */
  function anchorsOf(path: string): string[] {
    const text = readFileSync(path, 'utf8')
    const headings = [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
      match[1]!
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    )
    return [...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map((match) => match[1]!)]
  }

  it.each(pages)('%s points at files and places that are there', (page) => {
    const links = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!).filter((link) => !/^[a-z]+:/.test(link))
    const broken = links.filter((link) => {
      const [file, anchor] = link.split('#')
      const path = resolve(repository, dirname(page), file || basename(page))
      if (!existsSync(path)) return true
      return anchor !== undefined && !(statSync(path).isFile() && anchorsOf(path).includes(anchor))
    })
    expect(broken).toEqual([])
  })
})

describe('settings', () => {
  const page = read('docs/configuration.md')
  const described = [...page.matchAll(/^\| <a id="([a-z_]+)"><\/a>`([A-Z_]+)` \|/gm)].map((match) => ({
    anchor: match[1],
    name: match[2]!,
  }))

  const isForTests = (path: string) => basename(path).startsWith('test-')

  /** Variables by the ways our code reads them. */
  const isRead = [
    ...new Set(
      sourceBelow('src')
        .filter((path) => !isForTests(path))
        .flatMap(variablesOf),
    ),
  ].sort()

  function variablesOf(path: string): string[] {
    return [
      ...read(path).matchAll(/\bread(?:Text|Integer|Choice)\(\s*[\w.]+,\s*'([A-Z_]+)'|\benv(?:ironment)?\[?\.?'?([A-Z][A-Z_]+)\b/g),
    ].map((match) => match[1] ?? match[2]!)
  }

  it('are described when they are read', () => {
    expect(isRead.length).toBeGreaterThan(5)
    expect(isRead.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  it('are read when they are described', () => {
    expect(described.length).toBeGreaterThan(5)
    expect(described.filter(({ name }) => !isRead.includes(name))).toEqual([])
  })

  it('can be linked to by the anchor that every error names', () => {
    for (const { anchor, name } of described) expect(anchor).toBe(name.toLowerCase())
  })

  it('of the file are described exactly when they are known', async () => {
    const { knownKeys } = await import('../src/config/config-file-schema.ts')
    const example = /^```yaml\n(version: 1\n.*?)^```$/ms.exec(page)![1]!
    const named = (level: RegExp) => [...new Set([...example.matchAll(level)].map((match) => match[1]!))].sort()
    expect(named(/^([a-z_]+):/gm)).toEqual(knownKeys([]).sort())
    const routes = /^routes:\n((?: .*\n|\n)*)/m.exec(example)![1]!
    const ofRoute = [...routes.matchAll(/^ {2}(?:- | {2})([a-z_]+):/gm)].map((match) => match[1]!)
    expect(knownKeys(['routes', 0]).filter((key) => !ofRoute.includes(key))).toEqual([])
  })
})
