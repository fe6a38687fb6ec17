import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GenerationRecord } from '../../src/contract/record.ts'
import { startSandbox } from '../../src/sandbox/index.ts'
import { configFile, startGatewayProcess } from './gateway-process.ts'
import { readRecord } from './generation-calls.ts'
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './test-gateway.ts'

/** A sandbox that outlives the gateways that call it, and the data folder they follow one another in. */
export async function openCrashStage() {
  await using opening = new AsyncDisposableStack()
  const sandbox = opening.adopt(await startSandbox({ latencyMs: 0, flat: true }), (emulator) => emulator.close())
  const dataFolder = opening.adopt(await mkdtemp(join(tmpdir(), 'darkroom-crash-')), (folder) =>
    rm(folder, { recursive: true, force: true }),
  )
  const open = opening.move()
  return {
    sandbox,
    dataFolder,
    /** A gateway in a process of its own, that may die at a fail point. */
    start: (failPoint?: string) => startGatewayProcess({ dataFolder, upstreamUrl: sandbox.url, ...(failPoint && { failPoint }) }),
    /** The next owner of the folder, in this process, so that its parts can be looked at. */
    startNext: (options: TestGatewayOptions = {}) =>
      startTestGateway({
        dataFolder,
        environment: { UPSTREAM_KEY: 'sk-upstream' },
        yaml: configFile(sandbox.url),
        leavesJudging: false,
        ...options,
      }),
    spool: async () => (await readdir(join(dataFolder, 'spool'))).sort(),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

export type CrashStage = Awaited<ReturnType<typeof openCrashStage>>

/** Starts a gateway that dies during its start. @returns what its process ended with */
export async function startAndDie(stage: CrashStage, failPoint: string): Promise<string> {
  const outcome = await stage.start(failPoint).then(
    async (gateway) => {
      await gateway.end('SIGKILL')
      return 'it listened'
    },
    () => 'it died',
  )
  return outcome
}

/** Every generation on record, oldest first. */
export async function everyRecord(gateway: TestGateway): Promise<GenerationRecord[]> {
  const { database } = gateway.gateway.parts
  const rows = await database.read(database.sql.selectFrom('generations').select('id').orderBy('created_at_ms').orderBy('id'))
  return Promise.all(rows.map(({ id }) => readRecord(gateway, id)))
}

/** What a client saw of a call whose gateway may die: the text, or null. */
export function answered(answer: Promise<Response>): Promise<string | null> {
  return answer.then((response) => response.text()).catch(() => null)
}
