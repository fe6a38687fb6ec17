import { z } from 'zod'
import type { ModelRow } from './model-row.ts'

const day = z.iso.date()
const modelId = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]*$/, 'a model id: letters, digits and . _ : / -')
const sizeText = z.string().regex(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/, 'a size as WIDTHxHEIGHT')

/**
 * One row under `models:` in `darkroom.yaml`, so that a team can use a model on its launch day without a release.
 * Only `id` and `from` are needed; everything else defaults to what a model of the newest kind accepts,
 * with its token formula unknown (it needs a price card, or is refused as unpriced).
 */
export const modelRowSchema = z
  .strictObject({
    id: modelId,
    from: day,
    until: day.nullable().default(null),
    aliases: z.array(modelId).max(16).default([]),
    family: z.string().min(1).max(64).optional(),
    state: z.enum(['current', 'older', 'retired']).default('current'),
    successor: modelId.nullable().default(null),
    qualities: z
      .array(z.enum(['low', 'medium', 'high', 'xhigh', 'max']))
      .min(1)
      .default(['low', 'medium', 'high', 'xhigh', 'max']),
    output_formats: z
      .array(z.enum(['png', 'jpeg', 'webp', 'gif', 'svg']))
      .min(1)
      .default(['png', 'jpeg', 'webp']),
    transparent: z.enum(['yes', 'preview', 'no', 'unknown']).default('unknown'),
    input_fidelity: z.array(z.enum(['high', 'low'])).default([]),
    sizes: z.union([z.literal('free'), z.array(sizeText).min(1)]).default('free'),
    token_formula: z.enum(['gpt-image-2', 'gpt-image-2.5', 'gpt-image-1', 'unknown']).default('unknown'),
    complexity: z.boolean().default(true),
    markup: z.boolean().default(true),
    max_n: z.int().min(1).max(10).default(10),
    max_input_images: z.int().min(0).max(16).default(16),
    source: z.string().min(1).max(500).default('darkroom.yaml'),
    confidence: z.enum(['confirmed', 'reported', 'inferred']).default('inferred'),
  })
  .refine((row) => row.until === null || row.from < row.until, { path: ['until'], message: 'must be later than from' })
  .transform(
    (row): ModelRow => ({
      id: row.id,
      aliases: row.aliases,
      family: row.family ?? row.id,
      from: row.from,
      until: row.until,
      state: row.state,
      successor: row.successor,
      qualities: row.qualities,
      outputFormats: row.output_formats,
      transparent: row.transparent,
      inputFidelity: row.input_fidelity,
      sizes: row.sizes,
      tokenFormula: row.token_formula,
      complexity: row.complexity,
      markup: row.markup,
      maxN: row.max_n,
      maxInputImages: row.max_input_images,
      source: row.source,
      confidence: row.confidence,
    }),
  )
