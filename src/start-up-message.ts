import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import type { DarkroomConfig } from './config/read-config.ts'
import { dataFolderPaths } from './db/index.ts'
import type { GatewayParts } from './flows/index.ts'
import type { Gateway } from './gateway.ts'
import { activeFailPoint, FAIL_POINT_VARIABLE } from './primitives/fail-point.ts'
import type { RouteContract } from './routes/index.ts'

/** What serves requests that name no route, and whether that costs money. */
export interface Serving {
  by: string
  money: string
}

/** Routes that may carry such traffic now. */
function carrying({ routes, standings, clock }: GatewayParts, ...grades: string[]): readonly RouteContract[] {
  return routes.list().filter((route) => grades.includes(standings.of(route, clock.nowMs()).grade))
}

/** Reads it off the routes of a gateway. */
export function servingOf({ parts }: Pick<Gateway, 'parts'>): Serving {
  const routes = carrying(parts, 'production', 'fallback')
  if (routes.length === 0) return { by: 'no route', money: 'routes for manual tests can be named, AND COST MONEY' }
  if (routes.every((route) => route.kind === 'sandbox'))
    return { by: 'the built-in sandbox', money: 'calls cost nothing, every picture says SANDBOX' }
  return { by: routes.map((route) => `${route.id} (${route.owner})`).join(', '), money: 'CALLS COST MONEY' }
}

/**
 * The link that signs the administrator in at the studio: for a terminal, and for whoever reads the first start, never for a journal that others read too.
 * It works once, on this computer. Null where none is to be shown.
 */
export function makeSignInLink(gateway: Gateway, config: DarkroomConfig, output: { isTTY?: boolean }): string | null {
  const isShown = output.isTTY === true || (gateway.firstStart && config.environment['JOURNAL_STREAM'] === undefined)
  if (!isShown || isOpenToOthers(config.http.host)) return null
  // After the hash, so that it is in no log and no Referer.
  return `${gateway.url}/sign-in#${gateway.parts.access.signInCodes.make().reveal()}`
}

/**
 * What start-up prints: who serves, whether it costs money, and a line to paste. No lasting secret is in it: keys are read from their files.
 * @param signInLink opens the studio once
 */
export function startUpMessage(gateway: Gateway, config: DarkroomConfig, version: string, signInLink: string | null = null): string {
  const facts = factsOf(gateway, config, signInLink)
  const width = Math.max(...facts.map(([name]) => name.length)) + 2
  const lines = [
    '',
    `Darkroom ${version} listens on ${gateway.url}`,
    '',
    ...facts.map(([name, fact]) => `${name.padEnd(width)}${fact}`),
    '',
    'Your first picture, in another terminal in this folder:',
    '',
    ...firstCall(gateway, config),
    '',
    'Ctrl-C stops the gateway once the calls under way have ended.',
    '',
  ]
  return lines.map((line) => (line === '' ? '\n' : `  ${line}\n`)).join('')
}

function factsOf(gateway: Gateway, config: DarkroomConfig, link: string | null): [name: string, fact: string][] {
  const { by, money } = servingOf(gateway)
  const { adminToken } = dataFolderPaths(config.dataFolder)
  const onlyByName = carrying(gateway.parts, 'manual-test')
  return [
    ['Serving', `${by}: ${money}`],
    ...(onlyByName.length > 0
      ? [['By name', `${onlyByName.map((route) => route.id).join(', ')}, with x-darkroom-route`] as [string, string]]
      : []),
    ...(gateway.sandbox ? [['Sandbox', `${gateway.sandbox.url}/v1`] as [string, string]] : []),
    ['Settings', `${shellPath(config.file.path)}${config.file.exists ? '' : ' (not there: all defaults)'}`],
    ['Data', shellPath(config.dataFolder)],
    ...(gateway.adminTokenMade
      ? [['Token', `${shellPath(adminToken)} is the administrator's, made now for you alone`] as [string, string]]
      : []),
    ...(isOpenToOthers(config.http.host) ? [['Reach', `${config.http.host}: other machines too, in plain http`] as [string, string]] : []),
    ...(link === null ? [['Studio', gateway.url] as [string, string]] : [['Studio', `${link}  (signs you in once)`] as [string, string]]),
    ['Reference', `${gateway.url}/docs/`],
    ...(activeFailPoint === null
      ? []
      : [
          ['FAIL POINT', `${activeFailPoint.name} is armed by ${FAIL_POINT_VARIABLE}: this process will fail on purpose`] as [
            string,
            string,
          ],
        ]),
  ]
}

function isOpenToOthers(host: string): boolean {
  return !/^(?:127\.|::1$|localhost$)/.test(host)
}

/** A call that works as pasted on this gateway. */
function firstCall(gateway: Gateway, config: DarkroomConfig): string[] {
  const named = carrying(gateway.parts, 'production', 'fallback').length > 0 ? null : gateway.parts.routes.list()[0]
  return [
    `  curl -s ${gateway.url}/v1/images/generations \\`,
    `    -H "Authorization: Bearer ${shellKey(config)}" -H 'Content-Type: application/json' \\`,
    ...(named ? [`    -H 'x-darkroom-route: ${named.id}' \\`] : []),
    `    -d '{"model":"gpt-image-2","prompt":"A tea poster: 新茶入荷 / First flush","size":"1024x1536",`,
    `         "quality":"medium"}' -o picture.json`,
  ]
}

/** A key as a shell reads it: from the file of the first start, from the administrator's, or from the environment. */
function shellKey(config: DarkroomConfig): string {
  const { defaultKey, adminToken } = dataFolderPaths(config.dataFolder)
  const file = [defaultKey, adminToken].find((path) => existsSync(path))
  return file === undefined ? '$DARKROOM_ADMIN_TOKEN' : `$(cat ${shellPath(file)})`
}

/** A path as it can be pasted into a shell from here. */
function shellPath(path: string): string {
  const near = relative(process.cwd(), path)
  const shown = near === '' ? '.' : near.startsWith('..') ? path : near
  return /^[\w./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`
}
