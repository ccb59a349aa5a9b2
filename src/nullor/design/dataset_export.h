#pragma once
/// Rows of a data set in the formats of others.

#include <string>

#include "nullor/design/dataset.h"

namespace nullor {

/// A header and one line a row: sample, axes, parameters, conditions, metrics (empty where missing), class,
/// sim_success, reason.
std::string samples_csv(const SampleTable& table);

/// One structured array: `np.load("x.npy")["gbw"]`. Axes and classes are numbers; missing is NaN.
std::string samples_npy(const SampleTable& table);

/// Arrays by the names of SampleTable: `np.load("x.npz")["metrics"]`, (n, m), NaN where missing.
std::string samples_npz(const SampleTable& table);

/// The files of the ZeroSim paper's data sets: `topology` holds the circuit as a graph of pins, `samples` a
/// list of parameters by node, performance and label. There, and only there, a missing metric is 1e9.
struct PaperFiles {
  std::string topology, samples;
};
PaperFiles paper_files(const Dataset& dataset, const SampleTable& table);

}  // namespace nullor
