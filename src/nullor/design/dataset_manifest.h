#pragma once
/// The manifest of a data set: what it is made from, as JSON.

#include <string>
#include <vector>

#include "nullor/design/dataset.h"

namespace nullor {

struct Manifest {
  DatasetOptions options;
  std::string testbench_digest, bounds_digest;  ///< SHA-256
  std::vector<FileDigest> files;
  SampleColumns columns;
  std::uint64_t rows = 0, shards = 0;
};

/// Equal manifests give equal text; paths are absolute.
std::string write_manifest(const Manifest& manifest);
/// The options alone; everything else follows from them. Throws InputError(input_output).
DatasetOptions read_manifest(const std::string& text, const std::string& path);
/// The first entry in which two manifests differ: "files/0/sha256 is a, was b".
std::string manifest_difference(const std::string& before, const std::string& now);

}  // namespace nullor
