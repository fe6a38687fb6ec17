import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Deployment } from 'kubernetes-models/apps/v1'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Service, ServiceAccount } from 'kubernetes-models/v1'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { readConfig } from '../src/config/read-config.ts'
import { httpRoutes } from '../src/http/routes/index.ts'
import { readImageStage } from './support/image-files.ts'

const deploy = resolve(import.meta.dirname, '../deploy')
const read = (path: string) => readFileSync(join(deploy, path), 'utf8')
const page = readFileSync(join(deploy, '../docs/deploy.md'), 'utf8')

const image = readImageStage(read('Dockerfile'))
const configuration = readConfig({
  DARKROOM_CONFIG: join(deploy, 'kubernetes/darkroom.yaml'),
  OPENAI_API_KEY: 'sk-x',
  NODE_ENV: 'production',
})
const graceSeconds = configuration.drainGraceMs / 1000
const { port } = configuration.http

/** Names that the program reads: those of docs/configuration.md, and those of the shared database and the bucket. */
const settings = new Set([
  ...[...readFileSync(join(deploy, '../docs/configuration.md'), 'utf8').matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name]) => name!),
  'DATABASE_URL',
  ...['BUCKET', 'REGION', 'ENDPOINT', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'].map((name) => `S3_${name}`),
])
const unread = (names: readonly string[]) => names.filter((name) => !settings.has(name))
const isPublic = (path: string) => httpRoutes.some((route) => route.path === path && route.policy.auth === 'public')
/** What several processes must be told so that they are one gateway: a key, a token or a pepper of its own each would know nothing of the others'. */
const shared = ['DATABASE_URL', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY', 'DARKROOM_MASTER_KEY', 'DARKROOM_ADMIN_TOKEN']

interface ComposeService {
  image: string
  command?: string[]
  entrypoint?: string[]
  environment?: Record<string, string>
  ports?: string[]
  volumes?: string[]
  tmpfs?: string[]
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  stop_grace_period?: string
  user?: string
  healthcheck?: { test: string[] }
  depends_on?: Record<string, { condition: string }>
}

describe('deploy/compose.yaml', () => {
  const file = parse(read('compose.yaml'), { merge: true }) as { services: Record<string, ComposeService>; volumes: Record<string, object> }
  const { api, worker, postgres, s3, bucket } = file.services as Record<'api' | 'worker' | 'postgres' | 's3' | 'bucket', ComposeService>
  const gateways = [
    ['api', api],
    ['worker', worker],
  ] as const

  it.each(gateways)('%s says its role, and everything that its siblings must be told too', (role, { command, environment }) => {
    expect(command).toEqual(['serve', '--role', role])
    expect(unread(Object.keys(environment!))).toEqual([])
    expect(Object.keys(environment!)).toEqual(expect.arrayContaining([...shared, 'S3_ENDPOINT', 'OPENAI_API_KEY']))
  })

  it.each(gateways)('%s may write to its data and to /tmp alone, and is not root', (_, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] })
    expect(service.user).toBeUndefined()
    const written = [...service.volumes!.filter((volume) => !volume.endsWith(':ro')), ...service.tmpfs!.map((each) => each.split(':')[0]!)]
    expect(written.sort()).toEqual([...image.volumes].sort())
  })

  it.each(gateways)('%s is given the grace that its calls need, and ten seconds', (_, { stop_grace_period }) => {
    expect(Number(/^(\d+)s$/.exec(stop_grace_period!)?.[1])).toBeGreaterThanOrEqual(graceSeconds + 10)
  })

  it('publishes the port that the gateway listens on, to this machine alone', () => {
    expect(api.ports).toEqual([`127.0.0.1:${port}-${port + 9}:${port}`])
    expect([worker, postgres, s3].flatMap((service) => service.ports ?? [])).toEqual([])
  })

  it('names the database and the bucket as the services beside it have them', () => {
    const { DATABASE_URL, S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = api.environment!
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = postgres.environment!
    expect(DATABASE_URL).toBe(`postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB}`)
    expect(S3_ENDPOINT).toBe(`http://s3${s3.command![1]}`)
    expect(s3.environment).toEqual({ ROOT_ACCESS_KEY: S3_ACCESS_KEY_ID, ROOT_SECRET_KEY: S3_SECRET_ACCESS_KEY })
    expect(bucket.entrypoint).toEqual(['mkdir', '-p', `${s3.command!.at(-1)}/${S3_BUCKET}`])
    expect(bucket).toMatchObject({ image: s3.image, volumes: s3.volumes })
  })

  it('waits for what it needs, and says how each of them does', () => {
    for (const service of [api, worker])
      expect(service.depends_on).toEqual({ postgres: { condition: 'service_healthy' }, s3: { condition: 'service_healthy' } })
    for (const service of [postgres, s3]) expect(service.healthcheck!.test[0]).toBe('CMD')
    expect(s3.healthcheck!.test.at(-1)).toBe(`http://127.0.0.1${s3.command![1]}${s3.command![3]}`)
  })

  it('keeps what outlives a container in volumes that it declares', () => {
    const named = [postgres, s3].flatMap((service) => service.volumes!.map((volume) => volume.split(':')[0]!))
    expect(named.sort()).toEqual(Object.keys(file.volumes).sort())
  })

  it('asks for the secrets that .env.example lists, and starts without none of them', () => {
    const asked = [...read('compose.yaml').matchAll(/\$\{(\w+):\?[^}]+\}/g)].map(([, name]) => name!)
    expect([...read('compose.yaml').matchAll(/\$\{/g)]).toHaveLength(asked.length)
    const listed = [...read('.env.example').matchAll(/^(\w+)=$/gm)].map(([, name]) => name!)
    expect([...new Set(asked)].sort()).toEqual(listed.sort())
  })
})

/** As it lies in the file; `kubernetes-models` says whether it is one. */
type Manifest = ReturnType<ReturnType<typeof parseAllDocuments>[number]['toJS']>

describe('deploy/kubernetes', () => {
  const kustomization = parse(read('kubernetes/kustomization.yaml')) as {
    resources: string[]
    images: { name: string }[]
    configMapGenerator: { name: string; files?: string[]; literals?: string[] }[]
  }
  const manifests = kustomization.resources.flatMap((file) =>
    parseAllDocuments(read(`kubernetes/${file}`)).map((document) => document.toJS()),
  )
  const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind)
  const deployments = ofKind('Deployment').map((manifest) => [manifest.metadata.name, manifest] as const)
  const podOf = (manifest: Manifest) => manifest.spec['template'].spec
  const containerOf = (manifest: Manifest) => podOf(manifest).containers[0]
  const labelsOf = (manifest: Manifest) => manifest.spec['template'].metadata.labels as Record<string, string>
  const selects = (labels: Record<string, string>, pod: Record<string, string>) =>
    Object.entries(labels).every(([name, value]) => pod[name] === value)
  const literals = kustomization.configMapGenerator.flatMap((map) => map.literals ?? []).map((literal) => literal.split('=')[0]!)

  it('lists every file that lies there', () => {
    const lying = readdirSync(join(deploy, 'kubernetes')).filter((file) => file !== 'kustomization.yaml')
    const listed = [...kustomization.resources, ...kustomization.configMapGenerator.flatMap((map) => map.files ?? [])]
    expect(listed.sort()).toEqual(lying.sort())
  })

  it.each(manifests.map((manifest) => [manifest.kind, manifest.metadata.name, manifest] as const))(
    '%s %s is what Kubernetes takes',
    (kind, _, manifest) => {
      const models = { Deployment, Service, ServiceAccount, PodDisruptionBudget, HorizontalPodAutoscaler, NetworkPolicy }
      const model = new models[kind as keyof typeof models](manifest as never)
      expect(() => model.validate()).not.toThrow()
      expect(model.apiVersion).toBe(manifest.apiVersion)
    },
  )

  it('has one deployment for each role', () => {
    expect(deployments.map(([, manifest]) => containerOf(manifest).args)).toEqual([
      ['serve', '--role', 'api'],
      ['serve', '--role', 'worker'],
    ])
  })

  it.each(deployments)('%s is given the grace that its calls need, after what its endpoints need', (_, manifest) => {
    const { seconds } = containerOf(manifest).lifecycle.preStop.sleep
    expect(seconds).toBeGreaterThanOrEqual(5)
    expect(podOf(manifest).terminationGracePeriodSeconds - seconds).toBeGreaterThanOrEqual(graceSeconds + 10)
  })

  it.each(deployments)('%s asks for health and readiness where anybody may, and stays alive while it drains', (_, manifest) => {
    const { livenessProbe, readinessProbe, startupProbe, ports } = containerOf(manifest)
    const paths = [livenessProbe, startupProbe, readinessProbe].map((probe) => probe.httpGet.path)
    expect(paths).toEqual(['/healthz', '/healthz', '/readyz'])
    expect(paths.filter((path) => !isPublic(path))).toEqual([])
    // Readiness waits two seconds for what does not answer.
    expect(readinessProbe.timeoutSeconds).toBeGreaterThan(2)
    expect(ports).toEqual([{ name: 'http', containerPort: port }])
    for (const probe of [livenessProbe, startupProbe, readinessProbe]) expect(probe.httpGet.port).toBe('http')
  })

  it.each(deployments)('%s is not root, may raise itself to nothing, and writes to its data and to /tmp alone', (_, manifest) => {
    const [uid, gid] = image.user.split(':').map(Number)
    const pod = podOf(manifest)
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: uid, runAsGroup: gid, fsGroup: gid })
    expect(pod.securityContext.seccompProfile).toEqual({ type: 'RuntimeDefault' })
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false })
    const { securityContext, volumeMounts } = containerOf(manifest)
    expect(securityContext).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } })
    const mounts = volumeMounts as { name: string; mountPath: string; readOnly?: boolean }[]
    const writable = mounts.filter(({ readOnly }) => !readOnly).map(({ mountPath }) => mountPath)
    expect(writable.sort()).toEqual([...image.volumes].sort())
    const volumes = (pod.volumes as { name: string }[]).map(({ name }) => name)
    expect(mounts.map(({ name }) => name).sort()).toEqual(volumes.sort())
  })

  it.each(deployments)('%s is told what its siblings are told, each secret by reference', (_, manifest) => {
    const { env, envFrom } = containerOf(manifest) as {
      env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[]
      envFrom: { configMapRef: { name: string } }[]
    }
    const names = [...env.map(({ name }) => name), ...literals]
    expect(unread(names)).toEqual([])
    expect(names).toEqual(expect.arrayContaining([...shared, 'OPENAI_API_KEY']))
    const secret = env.filter(({ name }) => /KEY|TOKEN|URL/.test(name))
    expect(secret.filter(({ valueFrom }) => valueFrom?.secretKeyRef.name !== 'darkroom')).toEqual([])
    const maps = kustomization.configMapGenerator.map(({ name }) => name)
    for (const { configMapRef } of envFrom) expect(maps).toContain(configMapRef.name)
    // Whoever makes the secret is told all of its keys.
    for (const { valueFrom } of secret) expect(page).toContain(`--from-literal=${valueFrom!.secretKeyRef.key}=`)
  })

  it.each(deployments)('%s reads the file that is mounted for it, and the image that the kustomization names', (_, manifest) => {
    const { env, volumeMounts, image: named } = containerOf(manifest)
    const configured = env.find((each: { name: string }) => each.name === 'DARKROOM_CONFIG').value as string
    const mount = volumeMounts.find((each: { name: string }) => each.name === 'config').mountPath as string
    expect(configured).toBe(`${mount}/darkroom.yaml`)
    expect(existsSync(join(deploy, 'kubernetes/darkroom.yaml'))).toBe(true)
    expect(kustomization.images.map(({ name }) => name)).toContain(named)
  })

  it('lets every selector find the pods that it means, and no others', () => {
    const pods = Object.fromEntries(deployments.map(([name, manifest]) => [name, labelsOf(manifest)]))
    const found = (labels: Record<string, string>) => Object.keys(pods).filter((name) => selects(labels, pods[name]!))
    for (const [name, manifest] of deployments) {
      expect(found(manifest.spec['selector'].matchLabels)).toEqual([name])
      for (const { labelSelector } of podOf(manifest).topologySpreadConstraints) expect(found(labelSelector.matchLabels)).toEqual([name])
    }
    expect(found(ofKind('Service')[0]!.spec['selector'])).toEqual(['darkroom-api'])
    expect(ofKind('PodDisruptionBudget').map(({ spec }) => found(spec['selector'].matchLabels))).toEqual([
      ['darkroom-api'],
      ['darkroom-worker'],
    ])
    expect(found(ofKind('NetworkPolicy')[0]!.spec['podSelector'].matchLabels)).toEqual(['darkroom-api', 'darkroom-worker'])
  })

  it('lets the autoscaler alone say how many answer callers, never fewer than two, and takes one away at a time at most', () => {
    const [scaler] = ofKind('HorizontalPodAutoscaler')
    const { scaleTargetRef, minReplicas } = scaler!.spec as { scaleTargetRef: { name: string }; minReplicas: number }
    const target = deployments.find(([name]) => name === scaleTargetRef.name)![1]
    expect(target.spec['replicas']).toBeUndefined()
    expect(minReplicas).toBeGreaterThanOrEqual(2)
    for (const { spec } of ofKind('PodDisruptionBudget')) expect(spec['maxUnavailable']).toBe(1)
    for (const [, manifest] of deployments) expect(manifest.spec['strategy'].rollingUpdate.maxUnavailable).toBe(0)
  })

  it('keeps pods from the addresses where clouds hand out keys', () => {
    const { egress } = ofKind('NetworkPolicy')[0]!.spec as { egress: { to?: { ipBlock?: { cidr: string; except: string[] } }[] }[] }
    const open = egress.flatMap(({ to }) => to ?? []).flatMap(({ ipBlock }) => (ipBlock ? [ipBlock] : []))
    expect(open).toContainEqual({ cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] })
  })
})
