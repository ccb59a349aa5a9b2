#include "nullor/base/shared_list.h"

#include <gtest/gtest.h>

#include <string>

namespace nullor {
namespace {

TEST(SharedList, SharesUntilOneGrows) {
  SharedList<std::string> first;
  first.push_back("a");
  SharedList<std::string> second = first;
  EXPECT_EQ(&first[0], &second[0]);
  second.push_back("b");
  EXPECT_NE(&first[0], &second[0]);
  EXPECT_EQ(first.size(), 1U);
  ASSERT_EQ(second.size(), 2U);
  EXPECT_EQ(second[0] + second[1], "ab");
  EXPECT_THROW(first.at(1), std::out_of_range);
}

}  // namespace
}  // namespace nullor
