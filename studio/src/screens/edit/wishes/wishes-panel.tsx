import type { RefObject } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../../ui/button.tsx'
import { CheckField, TextArea } from '../../../ui/field.tsx'
import type { DeskPicture } from '../inputs/desk-picture.ts'
import { type Desk, whyNotStrict } from './edit-request.ts'
import { cropToShape, type Size } from './edit-sizes.ts'
import type { EditWishes } from './edit-wishes.ts'
import { OutputFields } from './output-fields.tsx'
import { ProtectList } from './protect-list.tsx'
import { TextList } from './text-list.tsx'
import type { EditModel } from './use-models.ts'
import styles from './wishes.module.css'

/** What the edit is to be. */
export function WishesPanel({
  desk,
  models,
  hasMask,
  promptField,
  isUnsaid,
  onPlain,
  onWish,
}: {
  desk: Pick<Desk, 'pictures' | 'wishes' | 'sizes'>
  models: readonly EditModel[]
  hasMask: boolean
  /** Of the field for what should change. */
  promptField: RefObject<HTMLTextAreaElement | null>
  /** Somebody wanted to begin and had not said what should change. */
  isUnsaid: boolean
  /** Puts a plain copy in the place of the picture, cropped where a size is given. */
  onPlain: (size: Size | null) => void
  onWish: (change: Partial<EditWishes>) => void
}) {
  const { t } = useTranslation('edit')
  const { wishes } = desk
  const [picture] = desk.pictures
  return (
    <div className={styles['wishes']}>
      <TextArea
        ref={promptField}
        label={t('wishes.prompt')}
        hint={t('wishes.prompt_hint')}
        error={isUnsaid && t('wishes.unsaid')}
        placeholder={t('wishes.prompt_example')}
        rows={3}
        value={wishes.prompt}
        onChange={(event) => onWish({ prompt: event.target.value })}
      />
      <StrictSwitch desk={desk} hasMask={hasMask} picture={picture} onStrict={(isStrict) => onWish({ isStrict })} onPlain={onPlain} />
      <ProtectList boxes={wishes.protect} picture={picture} onChange={(protect) => onWish(withoutLostBoxes(wishes, protect))} />
      <TextList texts={wishes.texts} boxes={wishes.protect.length} onChange={(texts) => onWish({ texts })} />
      <OutputFields desk={desk} models={models} isStrict={hasMask && wishes.isStrict && whyNotStrict(desk) === null} onWish={onWish} />
    </div>
  )
}

function StrictSwitch({
  desk,
  hasMask,
  picture,
  onStrict,
  onPlain,
}: {
  desk: Pick<Desk, 'pictures' | 'wishes' | 'sizes'>
  hasMask: boolean
  picture: DeskPicture | undefined
  onStrict: (on: boolean) => void
  onPlain: (size: Size | null) => void
}) {
  const { t } = useTranslation('edit')
  const against = whyNotStrict(desk)
  const crop = against === 'no_shape' && picture && desk.sizes !== null ? cropToShape(desk.sizes, picture) : null
  const isConverted = hasMask && picture !== undefined && picture.format !== 'png'
  return (
    <div>
      <CheckField
        label={t('strict.label')}
        hint={against !== null ? t(`strict.not.${against}`) : hasMask ? t('strict.hint') : t('strict.needs_mask')}
        checked={desk.wishes.isStrict && against === null}
        disabled={against !== null}
        onCheck={onStrict}
      />
      {crop !== null && (
        <Button size="small" onClick={() => onPlain(crop)}>
          {t('strict.crop', { size: `${crop.width}×${crop.height}` })}
        </Button>
      )}
      {isConverted && <p className={styles['note']}>{t('strict.converted', { format: picture.format.toUpperCase() })}</p>}
    </div>
  )
}

/** A text whose box is taken away may stand anywhere; those behind it move up. */
function withoutLostBoxes({ protect, texts }: EditWishes, left: EditWishes['protect']): Partial<EditWishes> {
  const places = protect.map((box) => left.indexOf(box))
  return {
    protect: left,
    texts: texts.map((text) => {
      const place = text.box === null ? -1 : (places[text.box] ?? -1)
      return { ...text, box: place < 0 ? null : place }
    }),
  }
}
