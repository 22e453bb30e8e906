export { accuracy, confusionMatrix, topKAccuracy } from './classification.js'
