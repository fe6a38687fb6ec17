import { type Draft, emptyDraft } from './draft.ts'

/** Names of the examples, in the order in which they are shown; each is a file of `examples/presets` too. */
export const presetNames = ['comic', 'poster', 'characters', 'infographic', 'landing_page', 'portrait'] as const
export type PresetName = (typeof presetNames)[number]

/** What an example puts into the form. */
export type Preset = Pick<Draft, 'prompt' | 'texts' | 'size' | 'quality' | 'format'> & Partial<Pick<Draft, 'thenEdit' | 'compression'>>

/** Six pictures that show what the model is good at. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  comic: {
    prompt: [
      'A four-panel comic on one page, two rows of two, thin black gutters, warm ink and watercolour.',
      'The same two people in every panel: Mika, a baker with a red headscarf, and her small grey cat.',
      'Panel 1: Mika opens the oven before dawn. Speech bubble: "Today it will rise."',
      'Panel 2: the dough overflows the table, the cat jumps. Speech bubble of the cat: "It is rising."',
      'Panel 3: dough fills the whole room up to their chins. Speech bubble: "Maybe too much yeast."',
      'Panel 4: both sit outside on one enormous loaf at sunrise. Speech bubble: "Breakfast is ready!"',
      'Each bubble is hand-lettered, in capitals and small letters as written, and touches nobody’s face.',
    ].join('\n'),
    texts: ['Today it will rise.', 'It is rising.', 'Maybe too much yeast.', 'Breakfast is ready!'].map((text) => ({ text, lang: 'en' })),
    size: '1024x1024',
    quality: 'medium',
    format: 'webp',
    compression: 90,
  },
  poster: {
    prompt: [
      'Poster of a spring tea fair, portrait format, flat screen-print look in three inks: deep green, cream, vermilion.',
      'A steaming cup in the lower half; its steam becomes terraced tea fields in the upper half.',
      'Title at the top in large Japanese type: "新茶まつり". Directly below it in English: "New Tea Fair".',
      'At the foot, one line in each language: "5月2日・3日 宇治橋通り" and "2–3 May, Uji Bridge Street".',
      'Wide margins, no other words, no people.',
    ].join('\n'),
    texts: [
      { text: '新茶まつり', lang: 'ja' },
      { text: 'New Tea Fair', lang: 'en' },
      { text: '5月2日・3日 宇治橋通り', lang: 'ja' },
      { text: '2–3 May, Uji Bridge Street', lang: 'en' },
    ],
    size: '1024x1536',
    quality: 'medium',
    format: 'png',
  },
  characters: {
    prompt: [
      'Character sheet: one character in eight poses on a plain light grey background, two rows of four, evenly spaced, whole figure in each.',
      'The character: a young courier with short curly hair, round glasses, a mustard raincoat, teal boots and a canvas bag over the left shoulder.',
      'Poses: standing from the front, standing from the side, standing from the back, walking, running, jumping over a puddle, sitting on a kerb, waving.',
      'Same face, proportions, clothes and colours in all eight; clean line art with flat colours. No words.',
    ].join('\n'),
    texts: [],
    size: '1536x1024',
    quality: 'medium',
    format: 'png',
  },
  infographic: {
    prompt: [
      'Infographic: how rain becomes drinking water, five stages from left to right, joined by one blue line that flows through all of them.',
      'Each stage is a simple isometric drawing with its label below: "1 Rain", "2 Reservoir", "3 Filter", "4 UV light", "5 Tap".',
      'Title at the upper left: "From cloud to cup".',
      'White background, four colours at most, thin lines, generous space, letters large enough to be read on a phone.',
    ].join('\n'),
    texts: ['From cloud to cup', '1 Rain', '2 Reservoir', '3 Filter', '4 UV light', '5 Tap'].map((text) => ({ text, lang: 'en' })),
    size: '1536x1024',
    quality: 'medium',
    format: 'png',
  },
  landing_page: {
    prompt: [
      'Mock-up of the landing page of a bicycle repair shop, as a flat screenshot without any browser around it.',
      'Navigation at the top with the word mark "Spoke & Co." at the left and three links: "Repairs", "Prices", "Visit".',
      'Below, the headline "Your bike, back by Friday" beside a photograph of hands truing a wheel in morning light, and one orange button: "Book a repair".',
      'At the bottom three cards with line icons and the titles "Tune-up", "Brakes", "Wheels".',
      'Off-white background, dark green type, one grid, much white space.',
    ].join('\n'),
    texts: ['Spoke & Co.', 'Your bike, back by Friday', 'Book a repair', 'Tune-up', 'Brakes', 'Wheels'].map((text) => ({
      text,
      lang: 'en',
    })),
    size: '1536x1024',
    quality: 'medium',
    format: 'png',
  },
  portrait: {
    prompt: [
      'Portrait photograph of a woman in her sixties with silver hair, in a plain navy jumper, from the waist up, looking into the camera with a slight smile.',
      'She stands on a quiet street in autumn, leaves out of focus behind her; soft overcast light, 85 mm lens, natural skin.',
    ].join('\n'),
    texts: [],
    size: '1024x1536',
    quality: 'medium',
    format: 'png',
    thenEdit: [
      'Add a camel wool coat, open over the jumper, and a dark red knitted scarf around her neck.',
      'Keep her face, hair, expression, pose, the jumper, the street, the light and the framing exactly as they are.',
    ].join('\n'),
  },
}

/** The form as an example has it; the model and what is not of the example stay. */
export function draftOfPreset(name: PresetName): Partial<Draft> {
  const { compression, thenEdit, ...preset } = presets[name]
  return {
    ...preset,
    mode: 'plain',
    isOwnSize: false,
    compression: compression ?? emptyDraft.compression,
    thenEdit: thenEdit ?? null,
    n: 1,
  }
}
