import type { PresetName, RouteFacts } from './route-row.ts'

/** Facts about a vendor's route, read on one day at one place. They are no judgement: that is the gate's. */
export interface RoutePreset {
  /** Where the facts were read. */
  source: string
  /** The day they were read, `YYYY-MM-DD`. */
  readOn: string
  facts: RouteFacts
  /** What the source says beside, in words. */
  remarks: readonly string[]
}

const openAiReference = 'OpenAI image API reference and model pages, read 2026-10-02'
const laozhangPages = "laozhang.ai's documentation of its image endpoints and token groups, read 2026-11-20"
const apiframePages = "Apiframe's documentation of its v2 API, read 2026-11-20"
const azurePages = "Microsoft's guide to image generation models of Azure OpenAI, read 2026-11-21"

const laozhang = {
  owner: 'laozhang.ai',
  kind: 'provider',
  protocol: 'openai',
  base_url: 'https://api.laozhang.ai/v1',
} satisfies RouteFacts

const groupDecides = 'The token group of the key, not the request, decides what stands behind one and the same model name.'

/** Every preset that `preset:` may name. */
export const routePresets: Readonly<Record<PresetName, RoutePreset>> = {
  openai: {
    source: openAiReference,
    readOn: '2026-10-02',
    facts: {
      owner: 'openai',
      kind: 'official',
      protocol: 'openai',
      base_url: 'https://api.openai.com/v1',
      key: { env: 'OPENAI_API_KEY' },
      capabilities: [
        {
          from: '2026-04-21',
          sizes: 'model',
          qualities: 'model',
          formats: 'model',
          transparency: true,
          streaming: true,
          edits: true,
          mask: true,
          responses: true,
          source: openAiReference,
        },
      ],
    },
    remarks: ['The GPT Image models are open to organisations that were verified.'],
  },
  'laozhang-per-call': {
    source: laozhangPages,
    readOn: '2026-11-20',
    facts: {
      ...laozhang,
      key: { env: 'LAOZHANG_API_KEY' },
      price_card: 'laozhang-per-call',
      capabilities: [
        { from: '2026-11-20', models: ['gpt-image-2'], sizes: [], qualities: [], edits: true, source: laozhangPages },
        { from: '2026-11-20', models: ['gpt-image-2-vip'], qualities: [], edits: true, source: laozhangPages },
      ],
    },
    remarks: [
      groupDecides,
      'For keys of the default group: $0.03 a call; size and quality are listed as not supported.',
      'gpt-image-2-vip takes 30 explicit sizes at the same price; map it in models to use it.',
    ],
  },
  'laozhang-official': {
    source: laozhangPages,
    readOn: '2026-11-20',
    facts: {
      ...laozhang,
      key: { env: 'LAOZHANG_OFFICIAL_API_KEY' },
      price_card: 'laozhang-official',
      capabilities: [
        { from: '2026-11-20', models: ['gpt-image-2'], sizes: 'model', qualities: 'model', edits: true, source: laozhangPages },
      ],
    },
    remarks: [groupDecides, "For keys of the group Sora2Official: OpenAI's token prices; size and quality are listed as supported."],
  },
  apiframe: {
    source: apiframePages,
    readOn: '2026-11-20',
    facts: {
      owner: 'apiframe',
      kind: 'provider',
      protocol: 'apiframe',
      base_url: 'https://api.apiframe.ai',
      key: { env: 'APIFRAME_API_KEY' },
      capabilities: [
        {
          from: '2026-11-20',
          models: ['gpt-image-2'],
          qualities: ['low', 'medium', 'high'],
          formats: ['png', 'jpeg', 'webp'],
          transparency: false,
          streaming: false,
          mask: false,
          responses: false,
          source: apiframePages,
        },
      ],
      failed_calls: { policy: 'free' },
    },
    remarks: [
      'Priced in credits: quality low 4, medium 9, high 23, auto as high. What a credit costs depends on the plan, so the row needs a price card.',
      'Its own claim: credits of failed jobs are given back, only successful generations are paid for.',
      'Ratios 1:1, 3:2 and 2:3 up to 2K are offered; no field for exact pixels is documented, so none is promised here.',
    ],
  },
  'openai-compatible': {
    source: 'none: such servers differ, and each states its own facts',
    readOn: '2026-11-20',
    facts: { kind: 'self-hosted', protocol: 'openai' },
    remarks: ['Owner, address and price card are the operator’s to state; a key is named where the server asks for one.'],
  },
  'azure-openai': {
    source: azurePages,
    readOn: '2026-11-21',
    facts: {
      owner: 'microsoft-azure',
      kind: 'provider',
      protocol: 'openai',
      key: { env: 'AZURE_OPENAI_API_KEY' },
      capabilities: [
        {
          from: '2026-11-21',
          models: ['gpt-image-1.5', 'gpt-image-1-mini'],
          sizes: ['1024x1024', '1024x1536', '1536x1024'],
          qualities: ['low', 'medium', 'high'],
          edits: true,
          mask: true,
          responses: true,
          source: azurePages,
        },
      ],
    },
    remarks: [
      'The address is that of your resource: https://<resource>.openai.azure.com/openai/v1. Paths that need ?api-version= cannot be used.',
      'The model that is sent is the name of your deployment: write it under models.',
      'Access to the GPT Image models is given on application; prices are those of your Azure agreement, so the row needs a price card.',
    ],
  },
}
