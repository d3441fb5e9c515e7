import { expect, test } from 'vitest'
import { leftOut } from './colourless.js'
import { BYOL_VIEWS, MAE_VIEWS } from './views.js'

test('colour operations are left out where pictures have not three channels', () => {
  expect(leftOut(BYOL_VIEWS, 3)).toEqual([])
  expect(leftOut(BYOL_VIEWS, 1)).toEqual(['saturation', 'hue', 'grayscale'])
  expect(leftOut(BYOL_VIEWS, 13)).toEqual(['saturation', 'hue', 'grayscale'])
  expect(leftOut(MAE_VIEWS, 13)).toEqual([])
})
