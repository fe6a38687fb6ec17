#!/usr/bin/env node
// The command line runs on the Node that the repository brings, whatever the system has.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
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

// Stripping types costs time and some 25 MB in every thread; with the result kept, only the first start pays. Threads take the variable.
function cacheCompiledCode() {
  const folder = fileURLToPath(new URL('../node_modules/.cache/darkroom/compiled', import.meta.url))
  process.env.NODE_COMPILE_CACHE ??= folder
  enableCompileCache(process.env.NODE_COMPILE_CACHE)
}
