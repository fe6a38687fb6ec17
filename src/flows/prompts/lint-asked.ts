import type { z } from 'zod'
import type { ModelRow } from '../../contract/model-row.ts'
import type { PromptLint, promptLintRequestSchema } from '../../contract/record.ts'
import { parseSize } from '../../contract/size-rules.ts'
import { checkDocument, lintDocument, lintPrompt } from '../../prompts/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** What is assumed where nobody says which model it is for. */
const USUAL_MODEL = 'gpt-image-2'

/** True for a model that is not known to need more than words for it. */
export function mayDrawTransparency(row: Pick<ModelRow, 'transparent'> | undefined): boolean {
  return row?.transparent === 'yes' || row?.transparent === 'unknown'
}

/** Looks a prompt or a document through that no call was made of yet. @throws Failure what `checkDocument` found */
export function lintAsked(
  { catalogue, clock }: Pick<GatewayParts, 'catalogue' | 'clock'>,
  { prompt, document, operation, model, size }: z.output<typeof promptLintRequestSchema>,
): PromptLint {
  const fault = document && checkDocument(document)
  if (fault) throw fault
  const row = catalogue.find(model ?? USUAL_MODEL, clock.nowMs())?.row
  const context = {
    operation: operation ?? document?.kind ?? 'generate',
    size: size === undefined ? null : parseSize(size),
    makesTransparency: mayDrawTransparency(row),
    isBounded: false,
    declaredTexts: [],
  }
  return { warnings: document ? lintDocument(document, context) : lintPrompt(prompt!, context) }
}
