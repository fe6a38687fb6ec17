import type { Project, ProjectSettings } from '../../access/index.ts'
import { failure } from '../../contract/failure.ts'
import {
  newProjectSchema,
  type ProjectReply,
  type ProjectSettingsBody,
  projectChangeSchema,
  projectSchema,
  projectsReplySchema,
} from '../../contract/record.ts'
import { changeProject } from '../../flows/index.ts'
import { isoTime } from '../../primitives/clock.ts'
import { isId } from '../../primitives/ids.ts'
import { formatUsd, parseUsd } from '../../primitives/money.ts'
import { errorReplies } from '../error-replies.ts'
import { adminRoute, type KnownContext, keyRoute } from '../http-route.ts'
import { readJsonBody } from '../read-body.ts'
import { readChecked } from '../read-checked.ts'
import { presentReviewPolicy, readReviewPolicy } from '../review-policy.ts'
import { scopeOf } from '../scope-of.ts'

const reply200 = { 200: { description: 'The project.', schema: projectSchema } }

/** The projects that the caller may see: a key its own. */
export const listProjectsRoute = keyRoute({
  method: 'GET',
  path: '/v2/projects',
  tenant: 'caller',
  tag: 'operations',
  summary: 'List projects',
  replies: { 200: { description: 'Oldest first, archived ones included.', schema: projectsReplySchema }, ...errorReplies(401) },
  handle: async ({ parts, principal }) => ({ projects: (await parts.access.projects.list(scopeOf(principal))).map(presentProject) }),
})

/** A team's space. */
export const createProjectRoute = adminRoute({
  method: 'POST',
  path: '/v2/projects',
  tenant: 'all',
  tag: 'operations',
  summary: 'Create a project',
  body: { description: 'Its name, and what it allows.', schema: newProjectSchema },
  replies: { 201: { description: 'The project.', schema: projectSchema }, ...errorReplies(400, 401, 404) },
  async handle({ parts, request, reply }) {
    const { name, settings } = readChecked(newProjectSchema, readJsonBody(request))
    const project = await parts.access.projects.create({ name, settings: settings && readSettings(settings, parts.clock.nowMs()) })
    return reply.code(201).send(presentProject(project))
  },
})

/** One project with its limits. */
export const projectRoute = keyRoute({
  method: 'GET',
  path: '/v2/projects/{id}',
  tenant: { object: 'project' },
  tag: 'operations',
  summary: 'Read a project and its limits',
  replies: { ...reply200, ...errorReplies(401, 404) },
  handle: async (context) =>
    presentProject(await context.parts.access.projects.find({ id: projectId(context), ...scopeOf(context.principal) })),
})

/** Its name, its limits, whether its keys work. */
export const changeProjectRoute = adminRoute({
  method: 'PATCH',
  path: '/v2/projects/{id}',
  tenant: { object: 'project' },
  tag: 'operations',
  summary: 'Change or archive a project',
  description: 'What is left out stays. New limits hold for calls from now on; the keys of an archived project open nothing.',
  body: { description: 'What changes.', schema: projectChangeSchema },
  replies: { ...reply200, ...errorReplies(400, 401, 404) },
  async handle(context) {
    const { name, settings, archived } = readChecked(projectChangeSchema, readJsonBody(context.request))
    const change = { name, settings: settings && readSettings(settings, context.parts.clock.nowMs()), archived }
    return presentProject(await changeProject(context.parts, projectId(context), change))
  },
})

function projectId({ request }: KnownContext): string {
  const { id } = request.params as { id: string }
  if (!isId('prj', id)) throw failure('not_found', { param: 'id' })
  return id
}

/** The settings that are named, null included. */
function readSettings(body: Partial<ProjectSettingsBody>, nowMs: number): Partial<ProjectSettings> {
  const {
    price_ceiling_usd,
    responses_ceiling_usd,
    images_per_minute,
    concurrent_calls,
    auto_quality,
    retention,
    review,
    publish,
    ...lists
  } = body
  const given: Partial<Record<keyof ProjectSettings, unknown>> = {
    ...lists,
    priceCeiling: price_ceiling_usd && parseUsd(price_ceiling_usd),
    responsesCeiling: responses_ceiling_usd && parseUsd(responses_ceiling_usd),
    imagesPerMinute: images_per_minute,
    concurrentCalls: concurrent_calls,
    autoQuality: auto_quality,
    retention: retention && {
      results: retention.results_days,
      previews: retention.previews_days,
      inputs: retention.inputs_days,
      prompts: retention.prompts_days,
    },
    review: review && readReviewPolicy(review, nowMs),
    publish,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<ProjectSettings>
}

function presentProject({ id, name, settings, createdAtMs, archivedAtMs }: Project): ProjectReply {
  const {
    models,
    sizes,
    qualities,
    surfaces,
    priceCeiling,
    imagesPerMinute,
    concurrentCalls,
    autoQuality,
    responsesCeiling,
    retention,
    review,
    publish,
  } = settings
  return {
    id,
    name,
    settings: {
      models: models && [...models],
      sizes: sizes && [...sizes],
      qualities: qualities && ([...qualities] as ProjectSettingsBody['qualities']),
      surfaces: surfaces && ([...surfaces] as ProjectSettingsBody['surfaces']),
      price_ceiling_usd: priceCeiling === null ? null : formatUsd(priceCeiling),
      images_per_minute: imagesPerMinute,
      concurrent_calls: concurrentCalls,
      auto_quality: autoQuality,
      responses_ceiling_usd: responsesCeiling === null ? null : formatUsd(responsesCeiling),
      retention: retention && {
        results_days: retention.results,
        previews_days: retention.previews,
        inputs_days: retention.inputs,
        prompts_days: retention.prompts,
      },
      review: review && presentReviewPolicy(review),
      publish,
    },
    created_at: isoTime(createdAtMs),
    archived_at: archivedAtMs === null ? null : isoTime(archivedAtMs),
  }
}
