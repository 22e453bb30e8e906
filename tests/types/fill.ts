import { arange, eye, full, linspace, ones, zeros, zerosLike } from '../../src/tensor/fill.js'
import { shape } from './assert.js'

shape(zeros([2, 3])).is<[2, 3]>()
shape(ones([])).is<[]>()
shape(full([2, 3 as number], 1)).is<[2, number]>()
shape(zeros([] as number[])).is<number[]>()
shape(zerosLike(zeros([2, 3]))).is<[2, 3]>()
shape(arange(10)).is<[10]>()
shape(arange(2.5)).is<[number]>()
shape(arange(4 as number)).is<[number]>()
shape(arange(0, 10)).is<[number]>()
shape(linspace(0, 1)).is<[50]>()
shape(linspace(0, 1, 9)).is<[9]>()
shape(eye(3)).is<[3, 3]>()
shape(eye(3, 4)).is<[3, 4]>()
