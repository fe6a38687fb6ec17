import { z } from 'zod'
import { sha256Schema, timeSchema } from './wire-values.ts'

const share = z.number().min(0).max(1)
const similarity = z.number().max(1).describe('Structural similarity, 1 = the same.')

/** A rectangle in pixels of the result, from its upper left corner. */
const boxSchema = z.object({ x: z.int(), y: z.int(), width: z.int(), height: z.int() })

/**
 * Where the measurement of a picture stands. `not_comparable`: the two pictures cannot be laid over one another;
 * `not_applicable`: the picture is no edit, so there is nothing to compare it with.
 */
export const driftStatusSchema = z.enum(['pending', 'measured', 'failed', 'not_comparable', 'not_applicable'])

/** What a record says of drift; the figures are those of `driftReplySchema`. */
export const driftSummarySchema = z
  .object({ status: driftStatusSchema, changed_fraction: share.nullable(), ssim: similarity.nullable() })
  .meta({ id: 'DriftSummary' })

/** As `driftSummarySchema` describes it. */
export type DriftSummary = z.infer<typeof driftSummarySchema>

const alignmentSchema = z
  .object({ shift_x: z.number(), shift_y: z.number(), scale: z.number(), confidence: share })
  .describe('How the content of the result lies against that of the source; lengths in pixels of the result.')

const colourShiftSchema = z
  .object({ l: z.number(), a: z.number(), b: z.number(), delta_e_mean: z.number().min(0), delta_e_p95: z.number().min(0) })
  .describe('How colours moved, in CIE Lab (D65): mean of result minus source, and the length of the difference.')

const outsideSchema = z.object({
  changed_fraction: share.describe('Share of the pixels outside the mask that changed visibly, after alignment.'),
  changed_fraction_raw: share.describe('The same without alignment: a picture that only moved as a whole counts here.'),
  ssim: similarity,
  colour_shift: colourShiftSchema,
  max_region: boxSchema.nullable().describe('Bounds of the largest connected part that changed.'),
})

const boxDriftSchema = z.object({ box: boxSchema, changed_fraction: share, ssim: similarity, delta_e: z.number().min(0) })

/** `GET /v2/images/{id}/drift`: what an edit changed where it should have changed nothing. Figures are null or empty unless `measured`. */
export const driftReplySchema = z
  .object({
    image_id: z.string(),
    status: driftStatusSchema,
    compared_with: z.object({ sha256: sha256Schema, input_id: z.string() }).nullable().describe('The picture that was edited.'),
    alignment: alignmentSchema.nullable(),
    outside: outsideSchema.nullable().describe('null when the mask keeps no pixel.'),
    inside: z
      .object({ changed_fraction: share })
      .nullable()
      .describe('What changed where the mask is open: whether the edit did anything.'),
    boxes: z.array(boxDriftSchema.nullable()).describe('In the order of `darkroom.protect`; null for a rectangle beyond the picture.'),
    heat_map_url: z.string().nullable(),
    measured_at: timeSchema.nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'Drift' })

/** As `driftReplySchema` describes it. */
export type DriftReply = z.infer<typeof driftReplySchema>
