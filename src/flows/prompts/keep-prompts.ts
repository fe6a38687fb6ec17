import { type Failure, failure } from '../../contract/failure.ts'
import type { PromptDocument } from '../../contract/prompt-document.ts'
import { type PromptRow, statementContext } from '../../db/index.ts'
import {
  archivePrompt,
  checkDocument,
  documentSha256,
  findVersion,
  type PromptAskedFor,
  recordPrompt,
  recordVersion,
  sealDocument,
} from '../../prompts/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import { knownPrompt } from './open-version.ts'

type Parts = Pick<GatewayParts, 'database' | 'clock' | 'newId' | 'promptKey'>

/** Keeps a document as version 1 of a new prompt. @throws Failure what `checkDocument` found */
export async function createPrompt(
  parts: Parts,
  { projectId, name, document, actor }: { projectId: string; name: string; document: PromptDocument; actor: string },
): Promise<PromptRow> {
  assertSound(document)
  const promptId = parts.newId('prm')
  const sealed = await sealDocument(parts.promptKey, { promptId, version: 1 }, document)
  const prompt = { promptId, projectId, name, sha256: documentSha256(document), sealed, actor }
  await parts.database.transact(recordPrompt(contextOf(parts), prompt))
  return knownPrompt(parts, { id: promptId, projectId })
}

/** A document on its way to be the newest version. */
export interface NewVersion extends PromptAskedFor {
  document: PromptDocument
  /** The version that must be the newest; null = whichever is. */
  ifMatch: number | null
  actor: string
}

const MOST_TRIES = 10

/**
 * Keeps a document as the newest version. One that says the same as the newest is that one already; an earlier one that is said again is a
 * new version, since that is how something is taken back.
 * @throws Failure `not_found`, `prompt_archived`, `prompt_version_conflict`, what `checkDocument` found
 */
export async function addPromptVersion(parts: Parts, asked: NewVersion): Promise<{ prompt: PromptRow; isNew: boolean }> {
  assertSound(asked.document)
  for (let tries = 1; ; tries += 1) {
    try {
      return await tryAdd(parts, asked)
    } catch (error) {
      // Without a condition it comes behind whatever came first.
      const isRace = (error as Failure).code === 'prompt_version_conflict' && asked.ifMatch === null
      if (!isRace || tries === MOST_TRIES) throw error
    }
  }
}

async function tryAdd(parts: Parts, { document, ifMatch, actor, ...asked }: NewVersion) {
  const prompt = await knownPrompt(parts, asked)
  if (prompt.archived_at_ms !== null) throw failure('prompt_archived', { param: 'id' })
  if (ifMatch !== null && ifMatch !== prompt.version) throw conflict(ifMatch, prompt)
  const sha256 = documentSha256(document)
  const newest = await findVersion(parts.database, { promptId: prompt.id, version: prompt.version })
  if (newest?.sha256 === sha256) return { prompt, isNew: false }
  const place = { promptId: prompt.id, version: prompt.version + 1 }
  const sealed = await sealDocument(parts.promptKey, place, document)
  await parts.database.transact(recordVersion(contextOf(parts), { ...place, sha256, sealed, actor }))
  return { prompt: await knownPrompt(parts, asked), isNew: true }
}

function conflict(ifMatch: number, { version }: PromptRow): Failure {
  return failure('prompt_version_conflict', {
    param: 'If-Match',
    message: `The newest version is ${version}, and the document was made from ${ifMatch}. Nothing was kept or charged; read version ${version}, put your change into it and send it again.`,
    extra: { version },
  })
}

/** Takes a prompt out of use, or back into it. @throws Failure `not_found` */
export async function setArchived(parts: Parts, asked: PromptAskedFor, archived: boolean): Promise<PromptRow> {
  const { id } = await knownPrompt(parts, asked)
  await parts.database.transact([archivePrompt(contextOf(parts), { promptId: id, archived })])
  return knownPrompt(parts, asked)
}

function assertSound(document: PromptDocument): void {
  const fault = checkDocument(document)
  if (fault) throw fault
}

const contextOf = ({ database, clock, newId }: Parts) => statementContext(database, clock, newId)
