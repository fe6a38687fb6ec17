import type { GuardReply } from '../contract/record.ts'
import type { GuardVerdictRow } from '../db/index.ts'
import { isoTime } from '../primitives/clock.ts'
import type { GuardReport, JudgedText, TextWords } from './judge/judge-picture.ts'
import { dataNameOf, dataPackageOf, ENGINE_PACKAGE } from './text/languages.ts'

/** What a reply says beside the verdict. */
export interface GuardSurroundings {
  imageId: string
  /** Null once their time is over. */
  words: readonly TextWords[] | null
  /** Where the side-by-side picture is fetched; null when there is none. */
  sideBySideUrl: string | null
}

/**
 * A verdict as `GET /v2/images/{id}/guard` shows it; a picture without one is not applicable. What is kept as JSON was written by this part, so it is
 * read back without being checked again.
 */
export function presentGuard(row: GuardVerdictRow | null, { imageId, words, sideBySideUrl }: GuardSurroundings): GuardReply {
  const report = row?.report_json ? (JSON.parse(row.report_json) as GuardReport) : null
  return {
    image_id: imageId,
    status: row?.state ?? 'not_applicable',
    overall: row?.overall ?? null,
    drift: report && presentDriftRule(report.drift),
    subject: report && presentSubject(report.subject),
    camera: report && presentCamera(report.camera),
    text: report && presentTexts(report.text, words),
    missing_packages: report ? missingPackages(report.text.figures ?? []) : [],
    side_by_side_url: row?.side_by_side_sha256 ? sideBySideUrl : null,
    judged_at: row && row.finished_at_ms !== null ? isoTime(row.finished_at_ms) : null,
    error: row?.error ?? null,
  }
}

function presentDriftRule({ verdict, reason, figures }: GuardReport['drift']): GuardReply['drift'] {
  return { verdict, reason, outside: figures?.outside ?? null, boxes: figures?.boxes ?? [] }
}

function presentSubject({ verdict, reason, figures }: GuardReport['subject']): GuardReply['subject'] {
  return {
    ...{ verdict, reason, from: figures?.from ?? null, box: figures?.box ?? null },
    ...{ shift_x: rounded(figures?.motion.shiftX), shift_y: rounded(figures?.motion.shiftY), scale: rounded(figures?.motion.scale) },
    ...{ ssim: rounded(figures?.ssim), delta_e: rounded(figures?.deltaE) },
  }
}

function presentCamera({ verdict, reason, figures }: GuardReport['camera']): GuardReply['camera'] {
  const followed = figures && 'features' in figures ? figures : null
  const scale = figures && ('features' in figures ? (figures.scaleX + figures.scaleY) / 2 : figures.scale)
  return {
    ...{ verdict, reason, features: followed?.features ?? null, rotation: rounded(followed?.rotation), scale: rounded(scale) },
    corner: rounded(followed?.corner),
  }
}

function presentTexts({ verdict, reason, figures }: GuardReport['text'], words: readonly TextWords[] | null): GuardReply['text'] {
  const texts = (figures ?? []).map(({ kind, index, lang, box, verdict: said, reason: why, confidence, print }, place) => ({
    ...{
      kind,
      index,
      lang,
      box,
      verdict: said,
      reason: why,
      confidence: rounded(confidence),
      print_spot: rounded(print?.spot),
      print_agreement: rounded(print?.agreement),
    },
    text: words?.[place]?.text ?? null,
    read_before: words?.[place]?.readBefore ?? null,
    read_after: words?.[place]?.readAfter ?? null,
  }))
  return { verdict, reason, texts }
}

function missingPackages(texts: readonly JudgedText[]): string[] {
  const missing = texts.flatMap(({ reason, lang }) => {
    if (reason === 'not_installed') return [ENGINE_PACKAGE]
    const dataName = reason === 'no_data' ? dataNameOf(lang) : null
    return dataName === null ? [] : [dataPackageOf(dataName)]
  })
  return [...new Set(missing)]
}

const DECIMALS = 4
const rounded = (value: number | null | undefined) => (value === null || value === undefined ? null : Number(value.toFixed(DECIMALS)))
