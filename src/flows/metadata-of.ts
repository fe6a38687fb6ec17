import type { DarkroomExtension } from '../contract/image-request.ts'

/** The caller's own labels (`darkroom.metadata`), which passed the extension's check; null without any. */
export function metadataOf({ metadata }: DarkroomExtension): Record<string, string> | null {
  return metadata === undefined ? null : (metadata as Record<string, string>)
}
