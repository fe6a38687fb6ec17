import { useId, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button.tsx'
import { ChoiceChips } from '../../ui/choice-chips.tsx'
import { CheckField, TextField } from '../../ui/field.tsx'
import type { Draft } from './draft.ts'
import { LockIcon, ShapeIcon } from './size-icons.tsx'
import styles from './size-picker.module.css'
import {
  type FreeRule,
  formatSize,
  nearestLegalSize,
  offeredSizes,
  type PixelSize,
  parseSize,
  type SizeFault,
  type SizeRule,
  sizeFaults,
} from './size-rules.ts'

const OWN = 'own'
const DIGITS_MAX = 5
/** Where width and height begin when `auto` was chosen before. */
const usual: PixelSize = { width: 1024, height: 1024 }

interface SizePickerProps {
  rule: SizeRule
  /** Always one that the model draws. */
  size: string
  isOwn: boolean
  onChange: (members: Partial<Pick<Draft, 'size' | 'isOwnSize'>>) => void
}

/** Which size. Whatever is chosen or typed, what comes out is a size that the model draws. */
export function SizePicker({ rule, size, isOwn, onChange }: SizePickerProps) {
  const { t } = useTranslation('make')
  const offered = offeredSizes(rule)
  const isFree = rule.rule === 'free'
  const isTyped = isFree && (isOwn || !offered.includes(size))
  const chips = offered.map((value) => ({ value, label: <SizeLabel size={value} />, detail: nameOf(value, t) }))
  const choose = (value: string) =>
    onChange(value === OWN ? { isOwnSize: true, size: size === 'auto' ? formatSize(usual) : size } : { isOwnSize: false, size: value })
  return (
    <div className={styles['picker']}>
      <ChoiceChips
        legend={t('size.label')}
        chips={isFree ? [...chips, { value: OWN, label: t('size.own'), detail: t('size.own_detail') }] : chips}
        value={isTyped ? OWN : size}
        onChoose={choose}
      />
      {isTyped && <SizeFields rule={rule} size={parseSize(size) ?? usual} onChange={(taken) => onChange({ size: formatSize(taken) })} />}
    </div>
  )
}

function SizeLabel({ size }: { size: string }) {
  const { t } = useTranslation('make')
  const pixels = parseSize(size)
  if (pixels === null) return t('size.auto')
  return (
    <span className={styles['size']}>
      <ShapeIcon {...pixels} />
      {pixels.width} × {pixels.height}
    </span>
  )
}

const names = {
  '1024x1024': 'square',
  '1536x1024': 'landscape',
  '1024x1536': 'portrait',
  '2560x1440': 'wide',
  '3072x1024': 'banner',
  '3840x2160': 'largest',
} as const

function nameOf(size: string, t: ReturnType<typeof useTranslation<'make'>>['t']): string | undefined {
  if (size === 'auto') return t('size.auto_detail')
  return size in names ? t(`size.names.${names[size as keyof typeof names]}`) : undefined
}

type Edge = keyof PixelSize

/** What was typed, what came of it, and why. */
interface Rounding {
  wish: PixelSize
  taken: PixelSize
  faults: SizeFault[]
}

function SizeFields({ rule, size, onChange }: { rule: FreeRule; size: PixelSize; onChange: (size: PixelSize) => void }) {
  const { t } = useTranslation('make')
  const noteId = useId()
  /** Text of the edge that is being typed; the other one shows what is taken. */
  const [typed, setTyped] = useState<{ edge: Edge; text: string } | null>(null)
  const [rounding, setRounding] = useState<Rounding | null>(null)
  /** Width divided by height, while they are held together. */
  const [ratio, setRatio] = useState<number | null>(null)

  const take = (wish: PixelSize) => {
    const taken = nearestLegalSize(wish, rule)
    setRounding({ wish, taken, faults: sizeFaults(wish, rule) })
    onChange(taken)
  }
  const type = (edge: Edge, text: string) => {
    const digits = text.replaceAll(/\D/g, '').slice(0, DIGITS_MAX)
    setTyped({ edge, text: digits })
    const pixels = Number(digits)
    if (pixels > 0) take(wishOf(edge, pixels, { held: rounding?.wish ?? size, ratio }))
  }
  const field = (edge: Edge) => (
    <TextField
      label={t(`size.${edge}`)}
      inputMode="numeric"
      className={styles['edge']}
      aria-describedby={noteId}
      value={typed?.edge === edge ? typed.text : size[edge]}
      onChange={({ target }) => type(edge, target.value)}
      onBlur={() => setTyped(null)}
    />
  )
  return (
    <div className={styles['own']}>
      <div className={styles['fields']}>
        {field('width')}
        <span aria-hidden="true" className={styles['times']}>
          ×
        </span>
        {field('height')}
        <Button onClick={() => take({ width: size.height, height: size.width })}>{t('size.turn')}</Button>
      </div>
      <CheckField
        label={
          <span className={styles['lock']}>
            <LockIcon />
            {t('size.lock')}
          </span>
        }
        checked={ratio !== null}
        onCheck={(isLocked) => setRatio(isLocked ? size.width / size.height : null)}
      />
      <RoundingNote id={noteId} rule={rule} rounding={rounding} taken={size} />
    </div>
  )
}

/** The size that was wished: the other edge follows the ratio where that is held, and stays as it was typed where not. */
function wishOf(edge: Edge, pixels: number, { held, ratio }: { held: PixelSize; ratio: number | null }): PixelSize {
  if (ratio === null) return { ...held, [edge]: pixels }
  if (edge === 'width') return { width: pixels, height: Math.max(1, Math.round(pixels / ratio)) }
  return { width: Math.max(1, Math.round(pixels * ratio)), height: pixels }
}

function RoundingNote({ id, rule, rounding, taken }: { id: string; rule: FreeRule; rounding: Rounding | null; taken: PixelSize }) {
  const { t, i18n } = useTranslation('make')
  const list = useMemo(() => new Intl.ListFormat(i18n.language), [i18n.language])
  const number = useMemo(() => new Intl.NumberFormat(i18n.language), [i18n.language])
  // One of a size that was chosen since in another way says nothing any more.
  const isOfThis = rounding !== null && formatSize(rounding.taken) === formatSize(taken)
  const figures = {
    step: rule.step,
    edge: rule.longest_edge,
    ratio: rule.ratio,
    min: number.format(rule.pixels_min),
    max: number.format(rule.pixels_max),
  }
  const why = isOfThis ? list.format(rounding.faults.map((fault) => t(`size.faults.${fault}`, figures))) : ''
  return (
    <p id={id} role="status" className={styles['note']}>
      {isOfThis && rounding.faults.length > 0
        ? t('size.rounded', { wish: written(rounding.wish), taken: written(taken), why })
        : taken.width * taken.height > rule.experimental_above_pixels
          ? t('size.experimental', { size: written(taken) })
          : t('size.legal', { size: written(taken) })}
    </p>
  )
}

const written = ({ width, height }: PixelSize) => `${width} × ${height}`
