import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { answers, darkroom, launcher, makeFolder, run, until } from './darkroom-program.ts'

const repository = resolve(import.meta.dirname, '../..')
const folder = await makeFolder()
const data = join(folder.path, 'data')
afterAll(() => folder[Symbol.asyncDispose]())

/** The path of a user's shell: npm puts the packages' programs on it only for what it runs itself. */
const shellPath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((place) => !place.includes('node_modules'))
  .join(delimiter)
const shell = { cwd: repository, environment: { PATH: shellPath, DARKROOM_CONFIG: join(folder.path, 'darkroom.yaml') } }
const versionOf = (node: string) => execFileSync(node, ['--version'], { encoding: 'utf8', env: { PATH: shellPath } }).trim()
const ownNode = versionOf(join(repository, 'node_modules/.bin/node'))
const shellsNode = versionOf('node')

/** As package.json's `engines` would say it if npm could fetch another Node. */
function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number)
  return major > 24 || (major === 24 && minor >= 15)
}

describe('the Node that the program runs on', () => {
  it('is the one that the repository brings, whatever the shell has', async () => {
    await using npm = run('npm', ['start', '--', '--port', '0', '--data', data], shell)
    const [, url] = await npm.says(/listens on (http:\S+)/)
    const token = readFileSync(join(data, 'admin-token'), 'utf8').trim()
    const answer = await fetch(`${url}/v2/doctor`, { headers: { authorization: `Bearer ${token}` } })
    const { findings } = (await answer.json()) as { findings: { name: string; found: string }[] }
    expect(findings.find(({ name }) => name === 'runtime')?.found).toMatch(new RegExp(`^Node ${RegExp.escape(ownNode)} `))

    // npm ends with its shell and passes nothing on to the server below it, which has to notice by itself.
    npm.child.kill('SIGTERM')
    await until(() => !existsSync(join(data, 'owner.json')))
    expect(await answers(url!)).toBe(false)
  })

  it('is found by the launcher where the shell has an older one, and signals and exit codes are passed on', async () => {
    const node = execFileSync('node', ['--print', 'process.execPath'], { encoding: 'utf8', env: { PATH: shellPath } }).trim()
    await using server = run(node, [launcher, 'serve', '--port', '0', '--data', data], shell)
    await server.says(/listens on/)
    const doctor = await darkroom(['doctor', '--data', data], shell)
    expect(doctor.stdout).toContain(`runtime: Node ${isRecentEnough(shellsNode) ? shellsNode : ownNode} `)
    server.child.kill('SIGINT')
    expect(await server.ended).toMatchObject({ code: 0 })
    expect(await run(node, [launcher, 'frobnicate'], shell).ended).toMatchObject({ code: 2 })
  })
})
