import type { DarkroomHeaders } from '../../contract/darkroom-headers.ts'
import type { DarkroomExtension } from '../../contract/image-request.ts'
import type { ReviewFacts } from '../../review/index.ts'
import { declaredTexts } from '../guard/keep-texts.ts'
import { metadataOf } from '../metadata-of.ts'

/** What of a call decides whether its pictures are looked at; its extension has passed its own check. */
export function reviewFacts(
  { operation, extension }: { operation: ReviewFacts['operation']; extension: DarkroomExtension },
  { review, projectTag }: Pick<DarkroomHeaders, 'review' | 'projectTag'>,
): ReviewFacts {
  return {
    operation,
    languages: [...new Set(declaredTexts(extension).map(({ lang }) => lang))],
    projectTag,
    metadata: metadataOf(extension),
    wish: review ?? ((extension['review'] ?? null) as ReviewFacts['wish']),
  }
}
