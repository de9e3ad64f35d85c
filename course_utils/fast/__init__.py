"""The compiled tier: the solver of lesson 04, grown one idea at a time until it beats the libraries.

problem                weights, prices and a second penalty become a plain LASSO of other columns
strategy               which way is taken for which data, and why

extrapolation          where the next sweeps would lead, from the last ones
gram                   the LASSO of a few columns from their products alone: sweeps, extrapolations, Newton steps
look                   what one pass over all columns tells: which of them violate, and the proof
working_set            only a few columns matter: gather those, and keep their products
all_columns            few columns, or many rows: the products of all, once
sparse_columns         sparse columns, where no product pays: sweeps, with the residual at hand
lasso                  solve for those, look at all, gather what was missed, until the duality gap proves it good enough
same_columns           several targets: what was multiplied for one serves the next

kinks                  what happens where a column joins or leaves a path
homotopy               the exact path of a few columns from their products, from kink to kink
wide_homotopy          the exact path of many columns of few rows, without their products
by_columns             where that path is taken, and what is told of it
by_products            few columns: products, path and proof, with hardly a call from Python
path                   many penalties: the columns and their products stay, and one product certifies several
gram_paths             exact paths with their proof, from products alone, and sweeps for what homotopy leaves

chunks                 the same work on several processes or machines, equal to the bit
reading                rows, read once, and the sums of products that remain of them
cv_task                what is cross-validated, once it is checked
fold_products          the products of the training rows of every fold: of all rows, without those that are left out
folds_of_few_columns   all folds from those products, from kink to kink, even the errors on the test rows
folds_of_many_columns  each fold a problem of its own: a row that is left out weighs nothing
cross_validation       how strong a penalty, fold by fold

weighted_products      the products of the columns in many resamples, from one product of matrices
weighted_rows          the rows of one resample, made a plain problem
resampled_paths        the paths of resamples, in which no row is there twice
bootstrap              course_utils.resampling.bootstrap_lasso in a moment, and on several machines
stability              stability selection, in the memory of a few resamples

ahead                  compiles all of it, which `course.py start` does after it has installed

Needs numba, of the extra "fast". The first call in a new environment compiles, once; what was compiled is kept on disk.
"""
