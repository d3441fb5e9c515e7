import { expect, test } from 'vitest'
import { nearest, SelfsameError, suggestion, UsageError } from './errors.js'

test('the nearest of several, whatever the case', () => {
  expect(nearest('epoch', ['batch', 'epochs', 'seed'])).toBe('epochs')
  expect(nearest('RESNET18', ['small', 'resnet18', 'resnet34'])).toBe('resnet18')
  // one swap of neighbours is two edits
  expect(nearest('bacth', ['batch'])).toBe('batch')
  expect(nearest('lerningrate', ['learningRate', 'size'])).toBe('learningRate')
})

test('nothing near, no suggestion', () => {
  expect(nearest('zebra', ['batch', 'epochs'])).toBeUndefined()
  expect(nearest('a-long-word-indeed', ['another-thing-at-all'])).toBeUndefined()
  expect(nearest('x', [])).toBeUndefined()
})

test('a sentence with the nearest, or all there are', () => {
  expect(suggestion('byoll', ['byol', 'simclr'])).toBe("did you mean 'byol'?")
  expect(suggestion('something', ['byol', 'simclr'])).toBe('there are: byol, simclr')
})

test('misuse is told apart from failure by class and name', () => {
  const misuse = new UsageError('no')
  expect(misuse).toBeInstanceOf(SelfsameError)
  expect([misuse.name, new SelfsameError('no').name]).toEqual(['UsageError', 'SelfsameError'])
})
