import { z } from 'zod'
import { countSchema, moneySchema, sha256Schema, timeSchema } from './wire-values.ts'

/** What a run of the gate found a route fit for; `unknown`: probes that decide got no answer. */
export const gateVerdictSchema = z.enum(['production', 'fallback', 'manual-test', 'refused', 'unknown'])

/** As `gateVerdictSchema` describes it. */
export type GateVerdict = z.infer<typeof gateVerdictSchema>

/** Which traffic a route may carry: `fallback` only where no production route can serve, `manual-test` only calls that name it, `refused` none. */
export const routeStandingGradeSchema = z.enum(['production', 'fallback', 'manual-test', 'refused'])

/** As `routeStandingGradeSchema` describes it. */
export type RouteStandingGrade = z.infer<typeof routeStandingGradeSchema>

/**
 * What a gate that was not passed takes from a route. `no_production`: nobody answers for it; `unknown_wrapper`: what stands behind it is not
 * shown to be the model; `no_cost_promise`: its estimates promise nothing; `no_inputs`: no references, edits or customer assets go there;
 * `manual_only`: it cannot be watched, so people only try it.
 */
export const restrictionSchema = z.enum(['no_production', 'unknown_wrapper', 'no_cost_promise', 'no_inputs', 'manual_only'])

/** As `restrictionSchema` describes it. */
export type Restriction = z.infer<typeof restrictionSchema>

/** The five questions of the gate, in the order people read them. */
export const gateNames = ['owner', 'model_mapping', 'billing', 'output_rights', 'observability'] as const

/** One of `gateNames`. */
export type GateName = (typeof gateNames)[number]

const gateResultSchema = z.object({
  name: z.enum(gateNames),
  result: z.enum(['pass', 'fail', 'missing']).describe('missing = nobody stated it, or too little came back to tell.'),
  why: z.string(),
  consequence: restrictionSchema.nullable().describe('null where the gate is passed.'),
})

/** One gate and what became of it. */
export type GateResult = z.infer<typeof gateResultSchema>

const probeLineSchema = z
  .object({
    name: z.string(),
    asked: z.string(),
    got: z.string(),
    signal: z.enum(['for', 'against', 'none']),
    weight: z.int().describe('Points for (above 0) or against (below 0) the route being what it says.'),
    generation_id: z.string().nullable(),
    detail: z.string(),
  })
  .describe('One signal of one probe; a probe gives several. No signal proves anything alone.')

/** One signal of one probe, as a report shows it. */
export type ProbeLine = z.infer<typeof probeLineSchema>

/** One run of the gate on one route. It holds for the configuration under `config_sha256` alone. */
export const gateReportSchema = z
  .object({
    route_id: z.string(),
    route_owner: z.string(),
    config_sha256: sha256Schema,
    ran_at: timeSchema,
    valid_until: timeSchema,
    verdict: gateVerdictSchema,
    restrictions: z.array(restrictionSchema),
    gates: z.array(gateResultSchema),
    probes: z.array(probeLineSchema),
    skipped: z.array(z.object({ name: z.string(), reason: z.string() })).describe('Probes that do not suit this route.'),
    signatures: z.array(z.object({ name: z.string(), words: z.string() })).describe('Patterns that were seen on reverse routes before.'),
    missing: z.array(z.string()).describe('What an unknown verdict lacks; empty otherwise.'),
    cost: moneySchema.describe('What the probes were charged.'),
    cost_ceiling: moneySchema.describe('What the run was allowed to cost.'),
    planned_cost: moneySchema.describe('What the probes were expected to cost, refusals at nothing.'),
    dry_run: z.boolean().describe('true = nothing was sent.'),
    next_action: z.string(),
    notes: z.array(z.string()).describe('What a gate cannot prove.'),
  })
  .meta({ id: 'GateReport' })

/** As `gateReportSchema` describes it. */
export type GateReport = z.infer<typeof gateReportSchema>

const gateListEntrySchema = z.object({
  route_id: z.string(),
  route_owner: z.string(),
  config_sha256: sha256Schema,
  grade: routeStandingGradeSchema,
  restrictions: z.array(restrictionSchema),
  why: z.string(),
  gate_verdict: gateVerdictSchema.nullable().describe('Of the latest run under this configuration; null = there was none.'),
  ran_at: timeSchema.nullable(),
  valid_until: timeSchema.nullable(),
  reopened: z.boolean().describe('true = pictures in a row did not match; the gate must run again.'),
  granted: z.boolean().describe('true = manual tests of a refused route were allowed by name.'),
  pictures_watched: countSchema,
  mismatches: countSchema.describe('How many of the watched pictures were not what was asked.'),
})

/** How every route stands. */
export const gateListSchema = z.object({ routes: z.array(gateListEntrySchema) }).meta({ id: 'GateList' })

/** As `gateListSchema` describes it. */
export type GateList = z.infer<typeof gateListSchema>

/** Somebody's leave to test a refused route by hand, for a time. */
export const routeGrantSchema = z
  .object({
    id: z.string(),
    route_id: z.string(),
    config_sha256: sha256Schema,
    reason: z.string(),
    actor: z.string(),
    granted_at: timeSchema,
    until: timeSchema,
    revoked_at: timeSchema.nullable(),
  })
  .meta({ id: 'RouteGrant' })

/** As `routeGrantSchema` describes it. */
export type RouteGrant = z.infer<typeof routeGrantSchema>
