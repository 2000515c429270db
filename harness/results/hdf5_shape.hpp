#pragma once
// Whether a file has the shape that it should have. To be asked before anything in the file is relied on.

#include "harness/results/hdf5.hpp"

namespace coordbench::hdf5 {

/// Throws Failure, which names the place, for the first group, variable or attribute of `model` that `found` lacks or has in
/// another shape. Contents are not compared, nor the lengths of dimensions that grow; what `found` has besides is ignored.
void expect_shape(const Handle& model, const Handle& found);

}  // namespace coordbench::hdf5
