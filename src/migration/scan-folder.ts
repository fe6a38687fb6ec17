import { statSync } from 'node:fs'
import { join } from 'node:path'
import { ModelCatalogue } from '../contract/model-catalogue.ts'
import { type Clock, isoTime, systemClock } from '../primitives/clock.ts'
import { worthReading } from './call-signatures.ts'
import type { CallSite, Inventory, ObservedSite, SkippedFile } from './call-site.ts'
import { type Candidate, MATCHES_PER_PATTERN } from './candidate.ts'
import { findEndpointCalls } from './find-endpoint-calls.ts'
import { findLibraryCalls } from './find-library-calls.ts'
import { findRelays, relayCandidates } from './find-relays.ts'
import { findSettings } from './find-settings.ts'
import { readNotebook } from './notebook.ts'
import { type ObserverContext, observeSite } from './observe-site.ts'
import { Project } from './project.ts'
import { readLines, readTextFile } from './read-file.ts'
import { readHar } from './read-har.ts'
import { readLogLine } from './read-log-line.ts'
import { maskInside } from './secrets.ts'
import { sortCallSite } from './sort-call-site.ts'
import { SourceFile } from './source-file.ts'
import { Traffic, type TrafficContext } from './traffic.ts'
import { type FoundFile, walkFolder } from './walk-folder.ts'

/** How a folder is scanned. */
export interface ScanOptions {
  /** Where the gateway is or will be, without a path. @default http://127.0.0.1:4100 */
  gatewayUrl?: string
  /** Says which models are retired. @default the shipped catalogue */
  catalogue?: ModelCatalogue
  /** @default the system's */
  clock?: Clock
}

/** Where Darkroom listens unless told otherwise. */
export const defaultGatewayUrl = 'http://127.0.0.1:4100'

/**
 * Takes the inventory of a folder: every image call in source, configuration and recordings, sorted, with what to do.
 * Needs no network and no server, runs nothing that it reads, follows no symbolic link. The same folder gives the same inventory on the same day.
 * @throws the system's error when the folder itself cannot be opened; whatever it holds is skipped with a reason instead.
 */
export function scanFolder(folder: string, options: ScanOptions = {}): Inventory {
  const { gatewayUrl = defaultGatewayUrl, catalogue = new ModelCatalogue(), clock = systemClock } = options
  if (!statSync(folder).isDirectory()) throw Object.assign(new Error(`${folder} is no folder`), { code: 'ENOTDIR', syscall: 'scan' })
  const atMs = clock.nowMs()
  const context = { judge: { catalogue, atMs }, gatewayUrl: gatewayUrl.replace(/\/+(?:v1\/*)?$/, '') }
  const { files, skipped } = walkFolder(folder)
  const sources = files.filter(({ kind }) => kind !== 'har' && kind !== 'log').flatMap((file) => readSource(folder, file, skipped))
  const recordings = files.filter(({ kind }) => kind === 'har' || kind === 'log')
  const observed = [...observeSources(sources, context), ...recordings.flatMap((file) => observeRecording(folder, file, skipped, context))]
  const unread = new Set(skipped.map(({ file }) => file))
  const cut = crowded(observed)
  return {
    folder,
    asOf: isoTime(atMs).slice(0, 10),
    gatewayUrl: context.gatewayUrl,
    filesRead: files.filter(({ path }) => !unread.has(path)).length,
    skipped: [...skipped, ...cut].sort((a, b) => (a.file < b.file ? -1 : 1)),
    // Whatever was read out of a file may be a secret, also a model id or a size: nothing leaves unmasked but the file's own name.
    sites: observed.map((site) => ({ ...maskInside(sortCallSite(site)), file: site.file })).sort(inOrder),
  }
}

/** Files with so many places that further ones of a kind were left out. */
function crowded(sites: readonly ObservedSite[]): SkippedFile[] {
  const places = Map.groupBy(
    sites.filter(({ found }) => found !== 'traffic'),
    ({ file }) => file,
  )
  const full = [...places].filter(([, inside]) => inside.length >= MATCHES_PER_PATTERN)
  return full.map(([file]) => ({ file, why: `read, but only the first ${MATCHES_PER_PATTERN} places of a kind are listed` }))
}

function readSource(folder: string, { path, kind }: FoundFile, skipped: SkippedFile[]): SourceFile[] {
  const read = readTextFile(join(folder, path), kind)
  if ('why' in read) {
    skipped.push({ file: path, why: read.why })
    return []
  }
  if (!worthReading.test(read.text)) return []
  if (kind !== 'notebook') return [new SourceFile(path, kind, read.text)]
  const notebook = readNotebook(path, read.text)
  if (notebook === null) skipped.push({ file: path, why: 'no notebook' })
  return notebook === null ? [] : [notebook]
}

function observeSources(files: readonly SourceFile[], context: TrafficContext): ObservedSite[] {
  const project = new Project(files)
  return files.flatMap((file) => observeFile(file, { ...context, project }))
}

function observeFile(file: SourceFile, context: ObserverContext): ObservedSite[] {
  const library = findLibraryCalls(file, context)
  const endpoints = findEndpointCalls(file, context).filter((candidate) => !overlaps(candidate, library))
  const settings = findSettings(file, context).filter((candidate) => !overlaps(candidate, endpoints))
  const relays = findRelays(file)
  const known = [...library, ...endpoints, ...settings]
  const candidates = [...known, ...relayCandidates(file, relays, known)]
  return firstOfEach(candidates.map((candidate) => observeSite(file, candidate, relays, context)))
}

const overlaps = ({ at }: Candidate, others: readonly Candidate[]) => others.some(({ call }) => at >= call.start && at < call.end)

/** One call is one site, whichever of two ways found it. */
function firstOfEach(sites: readonly ObservedSite[]): ObservedSite[] {
  const keyOf = ({ line, cell, operation }: ObservedSite) => `${cell}:${line}:${operation}`
  return sites.filter((site, index) => sites.findIndex((other) => keyOf(other) === keyOf(site)) === index)
}

function observeRecording(folder: string, { path, kind }: FoundFile, skipped: SkippedFile[], context: TrafficContext): ObservedSite[] {
  const traffic = new Traffic()
  const why =
    kind === 'har'
      ? archive(join(folder, path), traffic)
      : readLines(join(folder, path), kind, (text, line) => readLogLine(text, line, traffic))
  if (why !== null) skipped.push({ file: path, why })
  return traffic.sites(path, kind, context)
}

function archive(path: string, traffic: Traffic): string | null {
  const read = readTextFile(path, 'har')
  return 'why' in read ? read.why : readHar(read.text, traffic)
}

const stepOrder = (site: CallSite) => ['generation', 'chat-image', 'responses', 'unknown', 'edit', 'variation'].indexOf(site.operation)
const verdictOrder = (site: CallSite) => ['move', 'fallback', 'drop', 'moved'].indexOf(site.verdict)

/** Verdicts as a migration takes them, generation before edits, then by place. */
function inOrder(a: CallSite, b: CallSite): number {
  const byPlace = a.file === b.file ? (a.cell ?? 0) - (b.cell ?? 0) || a.line - b.line : a.file < b.file ? -1 : 1
  return verdictOrder(a) - verdictOrder(b) || stepOrder(a) - stepOrder(b) || byPlace
}
