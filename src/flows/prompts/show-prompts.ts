import { createHash } from 'node:crypto'
import type { PromptDocument } from '../../contract/prompt-document.ts'
import type { Prompt, PromptDiff, PromptHead, PromptVersion, RenderedDraft, RenderedPromptReply } from '../../contract/record.ts'
import type { PromptRow } from '../../db/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import {
  checkDocument,
  compareDocuments,
  type LintContext,
  lintDocument,
  listPrompts,
  listVersions,
  type PromptAskedFor,
  type PromptQuery,
  type PromptVariables,
  renderPrompt,
  type VersionHead,
} from '../../prompts/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { knownPrompt, openVersion } from './open-version.ts'

type Parts = Pick<GatewayParts, 'database' | 'promptKey'>

/** A prompt as lists show it. */
export function presentPrompt(row: PromptRow): PromptHead {
  const { id, name, version, created_by } = row
  return {
    id,
    name,
    version,
    created_by,
    created_at: isoTime(row.created_at_ms),
    updated_at: isoTime(row.updated_at_ms),
    archived_at: row.archived_at_ms === null ? null : isoTime(row.archived_at_ms),
  }
}

/** A prompt with what its newest version says. */
export async function showPrompt(parts: Parts, row: PromptRow): Promise<Prompt> {
  const current = await showVersion(parts, row, row.version)
  return { ...presentPrompt(row), current, warnings: lintDocument(current.document, unknownCall(current.document.kind)) }
}

/** One version. @throws Failure `not_found` */
export async function showVersion(parts: Parts, prompt: PromptRow, version: number): Promise<PromptVersion> {
  const { row, document } = await openVersion(parts, prompt, version)
  return { ...presentVersion(row), document }
}

/** A page of prompts, the newest first. */
export async function showPrompts({ database }: Parts, { limit, ...query }: PromptQuery) {
  const found = await listPrompts(database, { ...query, limit: limit + 1 })
  const page = found.slice(0, limit)
  return { prompts: page.map(presentPrompt), next_cursor: found.length > limit ? page.at(-1)!.id : null }
}

/** A page of versions, the newest first. */
export async function showVersions({ database }: Parts, { id }: PromptRow, { before, limit }: { before: number | null; limit: number }) {
  const found = await listVersions(database, { promptId: id, before, limit: limit + 1 })
  const page = found.slice(0, limit)
  return { versions: page.map(presentVersion), next_cursor: found.length > limit ? String(page.at(-1)!.version) : null }
}

/** What became of one version in another. @throws Failure `not_found` */
export async function diffVersions(
  parts: Parts,
  asked: PromptAskedFor,
  range: { from?: number | undefined; to?: number | undefined },
): Promise<PromptDiff> {
  const prompt = await knownPrompt(parts, asked)
  const to = range.to ?? prompt.version
  const from = range.from ?? Math.max(1, to - 1)
  const [before, after] = await Promise.all([openVersion(parts, prompt, from, 'from'), openVersion(parts, prompt, to, 'to')])
  return {
    from: presentVersion(before.row),
    to: presentVersion(after.row),
    changes: compareDocuments(before.document, after.document),
  }
}

/** What a call with the prompt would send. @throws Failure `not_found`, and whatever rendering refuses */
export async function renderVersion(
  parts: Parts,
  asked: PromptAskedFor,
  { version, variables }: { version?: number | undefined; variables: PromptVariables },
): Promise<RenderedPromptReply> {
  const prompt = await knownPrompt(parts, asked)
  const { row, document } = await openVersion(parts, prompt, version ?? prompt.version)
  return { prompt_version: presentVersion(row).prompt_version, ...rendered(document, variables) }
}

/** The same of a document that is not kept yet. @throws Failure what `checkDocument` found, and whatever rendering refuses */
export function renderDraft({ document, variables }: { document: PromptDocument; variables: PromptVariables }): RenderedDraft {
  const fault = checkDocument(document)
  if (fault) throw fault
  return rendered(document, variables)
}

function rendered(document: PromptDocument, variables: PromptVariables): RenderedDraft {
  const { text, texts } = renderPrompt(document, variables)
  return {
    text,
    characters: Array.from(text).length,
    prompt_sha256: createHash('sha256').update(text).digest('hex'),
    texts,
    warnings: lintDocument(document, unknownCall(document.kind)),
  }
}

/** What is known of a call that nobody has described: that no model of today draws transparency by default. */
function unknownCall(operation: LintContext['operation']): LintContext {
  return { operation, size: null, makesTransparency: false, isBounded: false, declaredTexts: [] }
}

function presentVersion({ prompt_id, version, sha256, created_by, created_at_ms }: VersionHead) {
  return { prompt_id, version, prompt_version: promptVersion(prompt_id, version), sha256, created_by, created_at: isoTime(created_at_ms) }
}

/** A version as records and headers name it. */
export function promptVersion(id: string, version: number): string {
  return `${id}@${version}`
}
