import { html, raw } from '../html.js'
import { clickSection } from './clicks.js'
import { clickScript } from './clicks-script.js'
import { decisionSection } from './decision.js'
import { headline } from './headline.js'
import { labelFreeSection } from './label-free.js'
import { mapSection } from './map.js'
import { neighbourSection, pairSection } from './pictures.js'
import { asideSection, repeatSection } from './repeat.js'
import { scoreSections } from './scores.js'
import { script } from './script.js'
import { style } from './style.js'
import { collapseSection, trainingSection } from './training.js'
import { transferSection } from './transfer.js'
import type { ReportData } from './types.js'

/**
 * Writes a run as one HTML page that needs no network, no other file and no script to be read.
 *
 * Pure: the same data give the same text. Every text in `data` is escaped, series are thinned for drawing (peaks and gaps
 * kept), and parts without data are left out or say so.
 */
export function renderReport(data: ReportData): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${data.title} · Selfsame</title>
<link rel="icon" href="data:,">
<style>${raw(style)}</style>
</head>
<body>
${headline(data)}
<main>
${data.clicks && clickSection(data.clicks)}
${scoreSections(data.table ?? [], data.given)}
${transferSection(data.transfer, data.given)}
${data.decision && decisionSection(data.decision, data.given)}
${labelFreeSection(data.labelFree ?? [], data.given)}
${trainingSection(data.steps, data.looks)}
${collapseSection(data.measures)}
${pairSection(data.pairs)}
${neighbourSection(data.neighbours)}
${data.map && mapSection(data.map)}
${asideSection(data.setAside)}
${repeatSection(data)}
</main>
<script>${raw(script)}${data.clicks && raw(clickScript)}</script>
</body>
</html>
`.text
}
