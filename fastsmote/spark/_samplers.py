"""The samplers of Spark DataFrames."""
