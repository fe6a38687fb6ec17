import type { DriftReply } from '../contract/record.ts'
import type { DriftReportRow } from '../db/index.ts'
import { isoTime } from '../primitives/clock.ts'
import type { Drift, OutsideDrift } from './drift-measurement.ts'

/** What a reply says beside the report. */
export interface DriftSurroundings {
  imageId: string
  /** The input that was edited; null when it is not known (any more). */
  comparedWith: DriftReply['compared_with']
  /** Where the heat map is fetched; null when there is none. */
  heatMapUrl: string | null
}

/**
 * A report as `GET /v2/images/{id}/drift` shows it; a picture without one is not applicable. What is kept as JSON was written by this part,
 * so it is read back without being checked again.
 */
export function presentDrift(row: DriftReportRow | null, { imageId, comparedWith, heatMapUrl }: DriftSurroundings): DriftReply {
  return {
    image_id: imageId,
    status: statusOf(row),
    compared_with: row && comparedWith,
    ...figuresOf(measuredDrift(row)),
    heat_map_url: row?.heat_map_sha256 ? heatMapUrl : null,
    measured_at: row?.state === 'measured' && row.finished_at_ms !== null ? isoTime(row.finished_at_ms) : null,
    error: row?.error ?? null,
  }
}

/** The line of a report that a generation's record shows. */
export interface DriftSummary {
  status: DriftReply['status']
  changed_fraction: number | null
  ssim: number | null
}

/** Summarises a report. */
export function summariseDrift(row: DriftReportRow | null): DriftSummary {
  const outside = measuredDrift(row)?.outside
  return { status: statusOf(row), changed_fraction: outside?.changedFraction ?? null, ssim: outside?.ssim ?? null }
}

function statusOf(row: DriftReportRow | null): DriftReply['status'] {
  return row ? (row.state as DriftReply['status']) : 'not_applicable'
}

function measuredDrift(row: DriftReportRow | null): Drift | null {
  return row?.state === 'measured' && row.report_json !== null ? (JSON.parse(row.report_json) as Drift) : null
}

function figuresOf(drift: Drift | null): Pick<DriftReply, 'alignment' | 'outside' | 'inside' | 'boxes'> {
  if (!drift) return { alignment: null, outside: null, inside: null, boxes: [] }
  const { alignment, outside, inside, boxes } = drift
  return {
    alignment: { shift_x: alignment.shiftX, shift_y: alignment.shiftY, scale: alignment.scale, confidence: alignment.confidence },
    outside: outside && presentOutside(outside),
    inside: inside && { changed_fraction: inside.changedFraction },
    boxes: boxes.map((found) => {
      if (!found) return null
      return { box: found.box, changed_fraction: found.changedFraction, ssim: found.ssim, delta_e: found.deltaE }
    }),
  }
}

function presentOutside({ changedFraction, changedFractionRaw, ssim, colourShift, largestRegion }: OutsideDrift): DriftReply['outside'] {
  const { l, a, b, deltaEMean, deltaEP95 } = colourShift
  return {
    changed_fraction: changedFraction,
    changed_fraction_raw: changedFractionRaw,
    ssim,
    colour_shift: { l, a, b, delta_e_mean: deltaEMean, delta_e_p95: deltaEP95 },
    max_region: largestRegion,
  }
}
