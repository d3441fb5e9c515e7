/** The page's few lines of script: values under the pointer, a legend that picks one class, a copy button. */
export const script = `
(() => {
  const make = (tag, name, parent) => {
    const element = parent.appendChild(document.createElement(tag))
    element.className = name
    return element
  }
  const tip = make('div', 'tip', document.body)
  tip.hidden = true
  const show = (event, parts) => {
    tip.replaceChildren(...parts)
    tip.hidden = false
    const { width, height } = tip.getBoundingClientRect()
    const left = event.clientX + 16 + width > innerWidth ? event.clientX - 16 - width : event.clientX + 16
    const top = Math.min(event.clientY + 14, innerHeight - height - 6)
    tip.style.left = Math.max(4, left) + scrollX + 'px'
    tip.style.top = Math.max(4, top) + scrollY + 'px'
  }
  // a finger that taps does not move
  const follow = (element, listener) => {
    element.addEventListener('pointermove', listener)
    element.addEventListener('pointerdown', listener)
  }
  const text = (strong, words) => {
    const line = document.createElement('div')
    make('b', '', line).textContent = strong
    line.append(words)
    return line
  }

  for (const chart of document.querySelectorAll('[data-chart]')) {
    const { ends, lines } = JSON.parse(chart.dataset.chart)
    for (const line of lines) line.text = line.text.split('|')
    const plot = chart.querySelector('.plot')
    const cross = make('div', 'cross', plot)
    cross.hidden = true
    follow(plot, (event) => {
      const box = plot.getBoundingClientRect()
      const at = ends[0] + (ends[1] - ends[0]) * (event.clientX - box.left) / box.width
      const found = lines.map((line) => {
        let best = 0
        line.x.forEach((x, i) => { if (Math.abs(x - at) < Math.abs(line.x[best] - at)) best = i })
        return { line, best }
      })
      if (found.length === 0) return
      const first = found[0]
      cross.hidden = false
      cross.style.left = (first.line.x[first.best] - ends[0]) / (ends[1] - ends[0]) * 100 + '%'
      const step = text('step ' + first.line.x[first.best].toLocaleString('en-US'), '')
      show(event, [step, ...found.map(({ line, best }) => text(line.text[best], ' ' + line.name))])
    })
    plot.addEventListener('pointerleave', () => { cross.hidden = tip.hidden = true })
  }

  for (const box of document.querySelectorAll('.mapbox')) {
    const map = box.querySelector('.map')
    const svg = map.querySelector('svg')
    const data = JSON.parse(box.querySelector('.map-data').textContent)
    const dots = [...svg.querySelectorAll('circle')]
    const places = dots.map((dot) => [dot.cx.baseVal.value, dot.cy.baseVal.value])
    for (const title of svg.querySelectorAll('title')) title.remove()
    const points = box.querySelector('[value=points]')
    const nearest = (x, y, reach) => {
      let best = -1
      places.forEach(([px, py], i) => {
        const distance = Math.hypot(px - x, py - y)
        if (distance < reach) { reach = distance; best = i }
      })
      return best
    }
    follow(map, (event) => {
      const rect = map.getBoundingClientRect()
      const unit = svg.viewBox.baseVal.width / rect.width
      const over = points.checked ? null : event.target.closest('i')
      const index = over ? Number(over.dataset.n) : nearest((event.clientX - rect.left) * unit, (event.clientY - rect.top) * unit, 26 * unit)
      if (index < 0) { tip.hidden = true; return }
      const [tile, words] = data[index]
      const image = document.createElement('i')
      image.style.backgroundSize = map.style.getPropertyValue('--sheet')
      image.style.backgroundPosition = tile
      show(event, [image, ...words.map((word, i) => i ? text('', word) : text(word, ''))])
    })
    map.addEventListener('pointerleave', () => { tip.hidden = true })
    for (const item of box.querySelectorAll('[data-g]')) {
      item.addEventListener('pointerenter', () => {
        map.classList.add('dim')
        for (const mark of map.querySelectorAll('circle,i')) mark.classList.toggle('on', mark.classList.contains(item.dataset.g))
      })
      item.addEventListener('pointerleave', () => map.classList.remove('dim'))
    }
  }

  for (const box of document.querySelectorAll('.command')) {
    const button = make('button', '', box)
    button.textContent = 'Copy'
    button.addEventListener('click', async () => {
      const range = document.createRange()
      range.selectNodeContents(box.querySelector('code'))
      getSelection().removeAllRanges()
      getSelection().addRange(range)
      try {
        await navigator.clipboard.writeText(range.toString())
        button.textContent = 'Copied'
      } catch {
        button.textContent = 'Selected'
      }
    })
  }
})()
`
