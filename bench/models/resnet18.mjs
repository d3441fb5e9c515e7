// A ResNet-18 of torchvision's shape (7 × 7 stem, no classifier) with random weights and folded batch norms, as one ONNX file of ours.
import { createHash } from 'node:crypto'
import { writeModel } from '../../dist/use/onnx/model-file.js'

/** @param size side of its pictures, px */
export function resnet18(size, share = 1) {
  const initializers = new Map()
  const nodes = []
  let state = 1
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
  const floats = (name, shape, values) =>
    initializers.set(name, { type: 'float32', shape, data: new Uint8Array(values.buffer) })
  let made = 0
  const conv = (x, from, to, kernel, stride) => {
    const name = `conv${made++}`
    const count = to * from * kernel * kernel
    const spread = Math.sqrt(6 / (from * kernel * kernel))
    floats(
      `${name}.w`,
      [to, from, kernel, kernel],
      Float32Array.from({ length: count }, () => spread * noise()),
    )
    floats(
      `${name}.b`,
      [to],
      Float32Array.from({ length: to }, () => 0.1 * noise()),
    )
    const pad = (kernel - 1) / 2
    nodes.push({
      operator: 'Conv',
      inputs: [x, `${name}.w`, `${name}.b`],
      outputs: [name],
      attributes: { pads: { ints: [pad, pad, pad, pad] }, strides: { ints: [stride, stride] } },
    })
    return name
  }
  const one = (operator, inputs, attributes) => {
    const name = `${operator}${made++}`
    nodes.push({ operator, inputs, outputs: [name], ...(attributes && { attributes }) })
    return name
  }
  let x = one('Relu', [conv('pixel_values', 3, 64, 7, 2)])
  x = one('MaxPool', [x], {
    kernel_shape: { ints: [3, 3] },
    pads: { ints: [1, 1, 1, 1] },
    strides: { ints: [2, 2] },
  })
  let width = 64
  for (const to of [64, 128, 256, 512]) {
    for (const stride of [to === 64 ? 1 : 2, 1]) {
      const beside = stride === 1 && width === to ? x : conv(x, width, to, 1, stride)
      const inner = one('Relu', [conv(x, width, to, 3, stride)])
      x = one('Relu', [one('Add', [conv(inner, to, to, 3, 1), beside])])
      width = to
    }
  }
  nodes.push({ operator: 'GlobalAveragePool', inputs: [x], outputs: ['pooled'] })
  nodes.push({
    operator: 'Flatten',
    inputs: ['pooled'],
    outputs: ['pooler_output'],
    attributes: { axis: { int: 1 } },
  })
  const graph = {
    name: 'resnet18',
    nodes,
    initializers,
    inputs: [{ name: 'pixel_values', type: 'float32', shape: ['batch', 3, 'height', 'width'] }],
    outputs: [{ name: 'pooler_output', type: 'float32', shape: ['batch', 512] }],
  }
  const preprocessing = {
    size,
    share,
    channels: 3,
    maximum: 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    decodeTo: 3 * size,
  }
  const id = createHash('sha256').update(`resnet18 ${size} ${share}`).digest('hex')
  return writeModel(graph, {
    selfsame: JSON.stringify({ preprocessing, dimension: 512, id, encoder: 'resnet18' }),
  })
}
