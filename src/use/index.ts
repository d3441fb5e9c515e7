/** An encoder put to work, with no libtorch: models, indices, search. */

export { type EmbeddedFile, embedToFile, type FileOptions } from './embed/embed-to-file.js'
export type { Model } from './model/model.js'
export { type ModelOptions, openModel, openModel as loadEncoder } from './model/open-model.js'
export type { Preprocessing } from './model/preprocessing.js'
export { resample } from './model/resample.js'
export { type Hit, type Similar, type SimilarOptions, similarPictures } from './search/similar.js'
export { type ServeOptions, type Serving, serve } from './serve/serve.js'
export type { IndexRecord, Row } from './store/format.js'
export type { Neighbours, PictureIndex } from './store/index-reader.js'
export { type IndexOptions, openIndex } from './store/open-index.js'
export { type Updated, type UpdateOptions, updateIndex } from './store/update-index.js'
