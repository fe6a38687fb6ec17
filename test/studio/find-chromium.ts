import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * Path of a Chromium: `$CHROMIUM`, else one of the path, else, as root on Debian, the package, installed now.
 * @throws Error that says what to install
 */
export function findChromium(): string {
  const given = process.env['CHROMIUM']
  if (given) return given
  const found = onPath() ?? (process.getuid?.() === 0 ? installed() : null)
  if (found) return found
  throw new Error(
    'The studio is tested in Chromium, and there is none. Install it (Debian: apt-get install chromium), or name one in $CHROMIUM.',
  )
}

function onPath(): string | null {
  const places = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return places.find(isProgram) ?? null
}

function installed(): string | null {
  try {
    const options = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const
    execFileSync('apt-get', ['update'], options)
    execFileSync('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], options)
    return onPath()
  } catch {
    return null
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
