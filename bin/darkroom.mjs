#!/usr/bin/env node
// The command line runs on the Node that the repository brings, whatever the system has.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import nodeModule from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const own = fileURLToPath(new URL(`../node_modules/.bin/node${process.platform === 'win32' ? '.cmd' : ''}`, import.meta.url))
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const [major, minor] = process.versions.node.split('.').map(Number)

if (major > 24 || (major === 24 && minor >= 15)) {
  cacheCompiledCode()
  await import('../src/main.ts')
} else if (existsSync(own)) {
  const child = spawn(own, [main, ...process.argv.slice(2)], { stdio: 'inherit', shell: process.platform === 'win32' })
  // A supervisor signals this process only; the server behind it must get the chance to drain.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
} else {
  console.error(
    `darkroom needs Node 24.15 or newer and found ${process.version}. Run "npm ci" in the repository: it brings its own Node 26.`,
  )
  process.exit(1)
}

// Stripping types costs time and some 15 MB in every thread; with the result kept, only the first start pays. Threads take the variable.
// The folder is the user's own: what lies in it is run as code.
function cacheCompiledCode() {
  process.env.NODE_COMPILE_CACHE ??= join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'darkroom', 'compiled')
  nodeModule.enableCompileCache(process.env.NODE_COMPILE_CACHE)
}
