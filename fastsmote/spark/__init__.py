from fastsmote.spark._samplers import *
