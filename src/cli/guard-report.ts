import type { GuardReply } from '../contract/record.ts'

const overallWords = {
  adoptable: 'Adoptable: everything that had to stay did.',
  needs_human: 'For people to decide: not all of it can be told.',
  reject: 'To be rejected: what had to stay did not.',
} as const

/** What the guard said of a picture, a sentence a line. */
export function guardRemarks(guard: GuardReply): string[] {
  if (guard.status === 'not_applicable') return ['Not judged: the picture is no edit, and no text was declared for it.']
  if (guard.overall === null) return [`Still being judged: GET /v2/images/${guard.image_id}/guard has it soon.`]
  const error = guard.error === null ? [] : [`It could not be judged (${guard.error}).`]
  const missing = guard.missing_packages.map((name) => `Texts could not be read: npm install ${name}`)
  return [overallWords[guard.overall], ...error, ...rules(guard), ...texts(guard), ...missing, ...drawing(guard)]
}

function rules({ drift, subject, camera }: GuardReply): string[] {
  return [
    ...ruleLine('drift', drift, drift && driftFigures(drift)),
    ...ruleLine('subject', subject, subject && subjectFigures(subject)),
    ...ruleLine('camera', camera, camera && cameraFigures(camera)),
  ]
}

function ruleLine(name: string, rule: { verdict: string | null; reason: string } | null, figures: string | null): string[] {
  if (rule === null) return []
  const what = `${name.padEnd(8)} ${(rule.verdict ?? 'not judged').padEnd(10)} ${rule.reason.replaceAll('_', ' ')}`
  return [figures ? `${what} (${figures})` : what]
}

function driftFigures({ outside, boxes }: NonNullable<GuardReply['drift']>): string {
  const shares = [
    ...(outside === null ? [] : [`outside ${percent(outside)}`]),
    ...boxes.map((box) => (box === null ? 'beyond' : percent(box))),
  ]
  return shares.join(', ')
}

function subjectFigures({ from, shift_x, shift_y, ssim, delta_e }: NonNullable<GuardReply['subject']>): string {
  if (from === null || shift_x === null || shift_y === null) return ''
  const guess = from === 'salient' ? 'guessed, ' : ''
  return `${guess}moved ${shift_x.toFixed(1)}, ${shift_y.toFixed(1)}, similarity ${(ssim ?? 0).toFixed(2)}, ΔE ${(delta_e ?? 0).toFixed(1)}`
}

function cameraFigures({ rotation, scale, corner }: NonNullable<GuardReply['camera']>): string {
  if (scale === null) return ''
  const turned = rotation === null ? '' : `turned ${rotation.toFixed(2)}°, `
  return `${turned}scaled ${(100 * scale).toFixed(1)} %${corner === null ? '' : `, a corner moved ${percent(corner)}`}`
}

function texts({ text }: GuardReply): string[] {
  return (text?.texts ?? []).map(({ text: words, verdict, reason, read_after, confidence }) => {
    const read = read_after === null || read_after === words ? '' : `, read as “${read_after}”`
    const sure = confidence === null ? '' : `, ${Math.round(confidence)} %`
    return `text     ${verdict.padEnd(10)} ${words === null ? 'forgotten' : `“${words}”`}: ${reason.replaceAll('_', ' ')}${read}${sure}`
  })
}

const drawing = ({ side_by_side_url }: GuardReply) => (side_by_side_url === null ? [] : [`Beside its source: ${side_by_side_url}`])
const percent = (share: number) => `${(100 * share).toFixed(1)} %`
