import { type KeyboardEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../../ui/button.tsx'
import { CheckField } from '../../../ui/field.tsx'
import type { MaskDocument } from './mask-document.ts'
import styles from './mask-editor.module.css'
import { BrushIcon, EraserIcon, HandIcon, LassoIcon, RectangleIcon, ShieldIcon } from './mask-icons.tsx'
import { type MaskTool, maskTools, type ToolSettings, widestBrush } from './mask-tool.ts'

const signs = { brush: BrushIcon, eraser: EraserIcon, rectangle: RectangleIcon, lasso: LassoIcon, protect: ShieldIcon, hand: HandIcon }

/** Tools by the pattern of the ARIA guide for radios, and what is done to the whole mask. */
export function MaskToolbar({
  mask,
  settings,
  onSettings,
  onZoom,
  widest,
}: {
  mask: MaskDocument
  settings: ToolSettings
  onSettings: (wish: Partial<ToolSettings>) => void
  onZoom: (factor: number | 'fit') => void
  widest: { width: number; height: number }
}) {
  const { t } = useTranslation('edit')
  const { tool, brushPx, isTakingAway } = settings
  const isPainting = tool === 'brush' || tool === 'eraser'
  const most = widestBrush(widest)
  return (
    <div className={styles['toolbar']}>
      <ToolChoice chosen={tool} onChoose={(wish) => onSettings({ tool: wish })} />
      <div className={styles['group']}>
        {isPainting && (
          <label className={styles['brush']}>
            {t('mask.brush_px', { px: brushPx })}
            <input
              type="range"
              min={1}
              max={most}
              value={brushPx}
              onChange={(event) => onSettings({ brushPx: Number(event.target.value) })}
            />
          </label>
        )}
        {(tool === 'rectangle' || tool === 'lasso') && (
          <CheckField label={t('mask.take_away')} checked={isTakingAway} onCheck={(on) => onSettings({ isTakingAway: on })} />
        )}
        {tool === 'protect' && <p className={styles['hint']}>{t('mask.protect_hint')}</p>}
      </div>
      <div className={styles['group']}>
        <Button size="small" onClick={() => mask.undo()} disabled={!mask.canUndo}>
          {t('mask.undo')}
        </Button>
        <Button size="small" onClick={() => mask.redo()} disabled={!mask.canRedo}>
          {t('mask.redo')}
        </Button>
        <Button size="small" onClick={() => mask.invert()}>
          {t('mask.invert')}
        </Button>
        <Button size="small" onClick={() => mask.fill(0)} disabled={mask.openShare === 0}>
          {t('mask.clear')}
        </Button>
      </div>
      <fieldset className={styles['group']}>
        <legend className={styles['hidden']}>{t('mask.zoom')}</legend>
        <Button size="small" onClick={() => onZoom(0.8)} aria-label={t('mask.zoom_out')}>
          −
        </Button>
        <Button size="small" onClick={() => onZoom('fit')}>
          {t('mask.zoom_fit')}
        </Button>
        <Button size="small" onClick={() => onZoom(1.25)} aria-label={t('mask.zoom_in')}>
          +
        </Button>
      </fieldset>
    </div>
  )
}

function ToolChoice({ chosen, onChoose }: { chosen: MaskTool; onChoose: (tool: MaskTool) => void }) {
  const { t } = useTranslation('edit')
  const group = useRef<HTMLDivElement>(null)
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = (maskTools.indexOf(chosen) + step + maskTools.length) % maskTools.length
    onChoose(maskTools[next]!)
    group.current?.querySelectorAll<HTMLElement>('[role=radio]')[next]?.focus()
  }
  return (
    <div ref={group} role="radiogroup" aria-label={t('mask.tools')} className={styles['tools']} onKeyDown={move}>
      {maskTools.map((tool) => {
        const Sign = signs[tool]
        return (
          // biome-ignore lint/a11y/useSemanticElements: a button with a sign, in a group with one stop for the tab key
          <button
            key={tool}
            type="button"
            role="radio"
            aria-checked={tool === chosen}
            tabIndex={tool === chosen ? 0 : -1}
            className={styles['tool']}
            onClick={() => onChoose(tool)}
          >
            <Sign />
            {t(`mask.tool.${tool}`)}
          </button>
        )
      })}
    </div>
  )
}
