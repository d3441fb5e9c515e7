import { describe, expect, it } from 'vitest'
import { html, inlineJson, raw } from './html.js'

describe('html', () => {
  it('escapes texts, keeps markup, and drops what is absent', () => {
    const evil = `<img src=x onerror="alert('1')">&`
    const page =
      html`<p title="${evil}">${evil}${raw('<b>1</b>')}${undefined}${false}${[1, html`<i>${'<'}</i>`]}</p>`
        .text
    const safe = '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;'
    expect(page).toBe(`<p title="${safe}">${safe}<b>1</b>1<i>&lt;</i></p>`)
  })

  it('shows control characters, which HTML cannot hold, and those that turn the text round, but keeps line ends and tabs', () => {
    expect(html`${'a\u0000b\u001bc\td\ne\u009b<\u202e'}`.text).toBe(
      'a\\u0000b\\u001bc\td\ne\\u009b&lt;\\u202e',
    )
  })

  it('writes JSON that cannot close a script element and still reads back the same, but for what is unseen', () => {
    const value = ['</script><!--', '\u2028']
    const text = inlineJson(value).text
    expect(text).not.toMatch(/[<\u2028]/)
    expect(JSON.parse(text)).toEqual(['</script><!--', '\\u2028'])
  })
})
