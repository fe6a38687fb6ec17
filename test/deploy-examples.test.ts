import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { readConfig } from '../src/config/read-config.ts'

const read = (name: string) => readFileSync(join(resolve(import.meta.dirname, '../examples/deploy'), name), 'utf8')

const graceSeconds = readConfig({ DARKROOM_CONFIG: '/nowhere/darkroom.yaml' }).drainGraceMs / 1000

/** Seconds from the signal to the kill, as each file has them. */
const patience: Record<string, () => number> = {
  'darkroom.service': () => Number(/^TimeoutStopSec=(\d+)$/m.exec(read('darkroom.service'))?.[1]),
  'compose.yaml': () => Number(/^(\d+)s$/.exec(parse(read('compose.yaml')).services.darkroom.stop_grace_period)?.[1]),
  'kubernetes.yaml': () => {
    const workload = parseAllDocuments(read('kubernetes.yaml'))
      .map((document) => document.toJS())
      .find(({ kind }) => kind === 'StatefulSet')
    const { terminationGracePeriodSeconds, containers } = workload.spec.template.spec
    return terminationGracePeriodSeconds - Number(containers[0].lifecycle.preStop.exec.command[1])
  },
}

describe('examples/deploy', () => {
  it.each(Object.keys(patience))('%s waits longer for the end of the gateway than the gateway waits for its calls', (name) => {
    expect(patience[name]!()).toBeGreaterThanOrEqual(graceSeconds + 10)
  })
})
