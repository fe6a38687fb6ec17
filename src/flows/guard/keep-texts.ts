import type { DarkroomExtension } from '../../contract/image-request.ts'
import { deleteAfterMs, type Retention } from '../../contract/retention.ts'
import type { Statement, StatementContext } from '../../db/index.ts'
import { type DeclaredText, recordGuardTexts, sealGuardTexts } from '../../guard/index.ts'
import type { GatewayParts } from '../gateway-parts.ts'

/** The texts that a request says its pictures shall show; they passed the extension's own check. */
export function declaredTexts({ texts }: DarkroomExtension): DeclaredText[] {
  const declared = (texts ?? []) as unknown as { text: string; lang: string; box?: DeclaredText['box'] }[]
  return declared.map(({ text, lang, box }) => ({ text, lang, box: box ?? null }))
}

/** Seals the texts of a generation; the statements belong into the transaction that records it. Nothing where there are no texts. */
export async function keepTexts(
  { guardKey }: Pick<GatewayParts, 'guardKey'>,
  { id, texts }: { id: string; texts: readonly DeclaredText[] },
  keptFor: Retention['prompts'],
): Promise<(context: StatementContext) => Statement[]> {
  if (texts.length === 0) return () => []
  const sealed = await sealGuardTexts(guardKey, id, texts)
  return (context) => [recordGuardTexts(context, id, { sealed, deleteAfterMs: deleteAfterMs(keptFor, context.nowMs) })]
}
