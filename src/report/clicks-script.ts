/** Shows one question at a time, counts answers and keeps them in the browser. */
export const clickScript = `
for (const ask of document.querySelectorAll('[data-clicks]')) {
  const { key, learned, said } = JSON.parse(ask.dataset.clicks)
  const questions = [...ask.querySelectorAll('.question')]
  const [words, taken, steps] = ['.said', '.taken', '.steps'].map((name) => ask.querySelector(name))
  const [back, result] = ['back', 'result'].map((name) => ask.querySelector('[data-do=' + name + ']'))
  const all = questions.length
  let answers = ''
  let told = false
  // a page from a file may have no store
  try {
    const kept = localStorage.getItem(key) ?? ''
    if (/^[LR]*$/.test(kept) && kept.length <= all) answers = kept
  } catch {}
  const show = () => {
    const done = answers.length
    const ended = done === all
    questions.forEach((question, i) => { question.hidden = i !== done })
    const chosen = [...answers].filter((side, i) => side === learned[i]).length
    words.hidden = !(ended || told)
    words.textContent = said[done][chosen]
    if (taken) {
      taken.hidden = !ended
      taken.querySelector('code').lastElementChild.textContent = chosen + '/' + done
    }
    steps.hidden = false
    steps.querySelector('span').textContent = ended ? 'All ' + all + ' answered' : 'Question ' + (done + 1) + ' of ' + all
    back.disabled = done === 0
    result.textContent = ended ? 'Start over' : 'Result so far'
    result.disabled = done === 0
  }
  const become = (next) => {
    answers = next
    told = false
    try { localStorage.setItem(key, answers) } catch {}
    show()
  }
  const choose = (side) => { if (answers.length < all) become(answers + side) }
  for (const set of ask.querySelectorAll('.set')) set.addEventListener('click', () => choose(set.dataset.side))
  back.addEventListener('click', () => become(answers.slice(0, -1)))
  result.addEventListener('click', () => {
    if (answers.length === all) become('')
    else { told = true; show() }
  })
  addEventListener('keydown', (event) => {
    const { top, bottom } = ask.getBoundingClientRect()
    const away = bottom < 0 || top > innerHeight || event.ctrlKey || event.altKey || event.metaKey || event.repeat
    if (away || event.target.matches('input,textarea,select')) return
    const side = { ArrowLeft: 'L', ArrowRight: 'R' }[event.key]
    if (side) choose(side)
    else if (event.key === 'Backspace') become(answers.slice(0, -1))
    else return
    event.preventDefault()
  })
  show()
}
`
