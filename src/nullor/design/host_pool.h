#pragma once
/// Tasks on several machines that are reached by ssh and share a folder.

#include <functional>
#include <string>
#include <vector>

namespace nullor {

/// One machine a name: "node3", "me@node3", "192.168.0.7". Throws InputError(usage) for a name that has other
/// characters than letters, digits and `.-_`, one `@` at most, or that begins with `-`, which ssh would take
/// for an option; and for one that comes twice.
void check_hosts(const std::vector<std::string>& hosts);

/// The hosts of a file, one a line; blank lines and what follows `#` are left out. Throws InputError with
/// file:line.
std::vector<std::string> read_hosts(const std::string& path);

struct HostPoolSummary {
  int repeated = 0;               ///< tasks that failed once and were given away again
  std::vector<std::string> lost;  ///< hosts, each with what its last task said: "node3: exit code 255: ..."
  int left = 0;                   ///< tasks that are not done, since all hosts were lost
};

/// Gives tasks 0 ... tasks - 1 to the hosts, to each one at a time; called from a thread a host, `run(host,
/// task)` returns an empty string or what went wrong. A task that failed is given away again, to whichever
/// host is free first. A host is lost after two failures in a row. Returns when all tasks are done or all
/// hosts are lost.
HostPoolSummary run_on_hosts(const std::vector<std::string>& hosts, int tasks,
                             const std::function<std::string(const std::string& host, int task)>& run);

}  // namespace nullor
