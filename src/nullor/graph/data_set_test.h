#pragma once
/// A test on the public data set, skipped where it is not.

#include <gtest/gtest.h>

#include "nullor/graph/topology_samples.h"
#include "nullor/graph/topology_set.h"

namespace nullor::graph {

class OnTheDataSet : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = data_set_path();
    if (path.empty()) GTEST_SKIP() << "no analoggenie/topologies.jsonl.xz: set NULLOR_DATA";
    set_ = read_topology_set(path);
  }
  TopologySet set_;
};

}  // namespace nullor::graph
