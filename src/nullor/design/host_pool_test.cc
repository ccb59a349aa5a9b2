#include "nullor/design/host_pool.h"

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <set>

#include "nullor/base/error.h"
#include "nullor/base/file.h"
#include "nullor/base/test_folder.h"

namespace nullor {
namespace {

TEST(HostPool, RefusesWhatIsNoHost) {
  EXPECT_NO_THROW(check_hosts({"node3", "me@node-3.lab_2.org", "192.168.0.7"}));
  for (const char* name : {"", "-oProxyCommand=touch x", "a b", "a;b", "$(b)", "`b`", "a@b@c", "@b", "a@",
                           "-l@b", "a@-b", "a\nb", "a'b", "h\xc3\xb6st"}) {
    EXPECT_THROW(check_hosts({name}), InputError) << name;
  }
  EXPECT_THROW(check_hosts({"a", "b", "a"}), InputError);
}

TEST(HostPool, ReadsAFileOfHosts) {
  const TestFolder folder;
  const std::string path = folder.path("hosts");
  write_file(path, "# ours\nnode1\n\n  me@node2\t# fast\r\nnode3");
  EXPECT_EQ(read_hosts(path), (std::vector<std::string>{"node1", "me@node2", "node3"}));
  write_file(path, "node1\n node2 node3\n");
  try {
    read_hosts(path);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(error.render().find("hosts:2:2"), std::string::npos) << error.render();
  }
}

TEST(HostPool, GivesTheTasksOfALostHostToOthers) {
  std::mutex mutex;
  std::multiset<int> done;
  std::map<std::string, int> asked;
  const auto summary =
      run_on_hosts({"good", "dead", "fine"}, 40, [&](const std::string& host, int task) -> std::string {
        const std::lock_guard lock(mutex);
        ++asked[host];
        if (host == "dead") return "no answer";
        done.insert(task);
        return "";
      });
  EXPECT_EQ(summary.left, 0);
  EXPECT_EQ(std::set<int>(done.begin(), done.end()).size(), 40u);
  EXPECT_EQ(done.size(), 40u);
  EXPECT_LE(asked["dead"], 2);
  EXPECT_EQ(summary.repeated, asked["dead"]);
}

TEST(HostPool, KeepsAHostThatFailsOnce) {
  int failures = 0;
  const auto summary = run_on_hosts({"a"}, 5, [&](const std::string&, int task) -> std::string {
    return task == 2 && failures++ == 0 ? "hiccup" : "";
  });
  EXPECT_EQ(summary.left, 0);
  EXPECT_EQ(summary.repeated, 1);
  EXPECT_TRUE(summary.lost.empty());
}

TEST(HostPool, EndsWhenAllHostsAreLost) {
  const auto summary =
      run_on_hosts({"a", "b"}, 9, [](const std::string&, int) { return std::string("down"); });
  EXPECT_EQ(summary.left, 9);
  ASSERT_EQ(summary.lost.size(), 2u);
  EXPECT_NE(summary.lost[0].find(": down"), std::string::npos);
}

}  // namespace
}  // namespace nullor
