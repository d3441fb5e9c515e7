import { html, inlineJson, type Markup, raw } from '../html.js'
import { count, plural } from './format.js'
import { groupRules } from './palette.js'
import { section } from './section.js'
import { fitBox, type Place, spreadOut } from './spread-out.js'
import { dataUri } from './thumb.js'
import type { MapData } from './types.js'

const width = 1000
const tile = 36
const phoneTile = 84
const legendLimit = 30

type MapPoint = MapData['points'][number] & { place: Place }

/** Pictures on a plane: a dot for each, and its picture wherever there is room for one. */
export function mapSection(map: MapData): Markup {
  const { places, height } = fitBox(map.points, width, phoneTile * 0.55)
  const points = map.points.flatMap((point, i): MapPoint[] => {
    const place = places[i]
    return place ? [{ ...point, place }] : []
  })
  if (points.length === 0) return html``
  const groups = map.groups ?? groupNames(points)
  const at = points.map((point) => point.place)
  // phones show fewer and larger pictures, all of them also among those of a wide page
  const large = spreadOut(at, phoneTile)
  const shown = spreadOut(at, tile * 1.12, large)
  return section(
    'map',
    'Where they lie',
    html`${plural(points.length, 'picture')}${map.of !== undefined && map.of > points.length && html` of ${count(map.of)}`}, flattened from many dimensions to two: neighbours here are mostly neighbours there, but
distances between far groups mean little.${groups.length > 0 && html` Colours are the known classes.`}`,
    html`${groups.length > 0 && groupRules(groups.length)}<style>.map i,.tip i{background-image:url(${raw(dataUri(map.sprites))})}</style>
<div class="mapbox"><fieldset class="choice"><legend>Show</legend>
<label><input type="radio" name="map" value="pictures" checked>Pictures</label>
<label><input type="radio" name="map" value="points">Points</label></fieldset>
<div class="map" style="aspect-ratio:${width}/${height};--sheet:${sheetSize(map)}" role="img" aria-label="Map of ${count(points.length)} pictures">
<svg viewBox="0 0 ${width} ${height}" aria-hidden="true">${points.map((point) => dot(point, groups))}</svg>
${shown.map((index, rank) => thumb(points[index] as MapPoint, index, map, height, rank >= large.length))}
</div>
${legendOf(groups)}
<script type="application/json" class="map-data">${inlineJson(points.map((point) => [tileAt(map, point.sprite), said(point, groups)]))}</script>
</div>`,
  )
}

function groupNames(points: readonly MapPoint[]): string[] {
  const most = points.reduce((high, point) => Math.max(high, point.group ?? -1), -1)
  return Array.from({ length: most + 1 }, (_, i) => `class ${i}`)
}

function groupClass(point: MapPoint): string {
  return point.group === undefined ? '' : `g${Math.trunc(point.group)}`
}

function said(point: MapPoint, groups: readonly string[]): string[] {
  const group = point.group === undefined ? undefined : groups[point.group]
  return [point.caption, group === point.caption ? undefined : group].filter((text) => text !== undefined)
}

function dot(point: MapPoint, groups: readonly string[]): Markup {
  const { x, y } = point.place
  const text = said(point, groups).join(', ')
  return html`<circle class="${groupClass(point)}" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="4">${
    text !== '' && html`<title>${text}</title>`
  }</circle>`
}

function thumb(point: MapPoint, index: number, map: MapData, height: number, wideOnly: boolean): Markup {
  const { x, y } = point.place
  const left = ((x / width) * 100).toFixed(2)
  const top = ((y / height) * 100).toFixed(2)
  return html`<i class="${groupClass(point)}${wideOnly && ' wide'}" data-n="${index}" style="left:${left}%;top:${top}%;background-position:${tileAt(map, point.sprite)}"></i>`
}

function rowsOf(map: MapData): number {
  return Math.max(1, Math.round(map.sprites.height / map.tile))
}

function sheetSize(map: MapData): string {
  return `${map.columns * 100}% ${rowsOf(map) * 100}%`
}

// in percent, so that the same rule serves every size at which a tile is drawn
function tileAt(map: MapData, sprite: number): string {
  const along = (index: number, amount: number) =>
    amount > 1 ? ((index / (amount - 1)) * 100).toFixed(3) : '0'
  return `${along(sprite % map.columns, map.columns)}% ${along(Math.floor(sprite / map.columns), rowsOf(map))}%`
}

function legendOf(groups: readonly string[]): Markup | false {
  if (groups.length === 0) return false
  const more = groups.length - legendLimit
  return html`<ul class="legend groups">${groups
    .slice(0, legendLimit)
    .map((name, i) => html`<li data-g="g${i}"><i class="block g${i}"></i><bdi>${name}</bdi></li>`)}${
    more > 0 && html`<li>and ${count(more)} more</li>`
  }</ul>`
}
