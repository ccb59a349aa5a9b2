#include "nullor/design/host_pool.h"

#include <algorithm>
#include <cctype>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

#include "nullor/base/error.h"
#include "nullor/base/file.h"

namespace nullor {
namespace {

constexpr int kFailuresInARow = 2;

bool is_host(const std::string& name) {
  const auto at = name.find('@');
  const std::string machine = at == std::string::npos ? name : name.substr(at + 1);
  const auto plain = [](const std::string& text) {
    return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](unsigned char c) {
      return c < 128 && (std::isalnum(c) || c == '.' || c == '-' || c == '_');
    });
  };
  return plain(machine) && (at == std::string::npos || plain(name.substr(0, at)));
}

void check_host(const std::string& name, const Location& where = {}) {
  if (!is_host(name))
    throw InputError(ErrorKind::usage, "'" + name + "' is no name of a host", where,
                     "letters, digits, '.', '-' and '_', such as node3 or me@node3");
}

/// The tasks that wait and those that run, shared by a thread a host.
class Pool {
 public:
  explicit Pool(int tasks) {
    for (int k = 0; k < tasks; ++k) waiting_.push_back(k);
  }

  void serve(const std::string& host, const std::function<std::string(const std::string&, int)>& run) {
    int in_a_row = 0;
    for (int task = take(); task >= 0; task = take()) {
      const std::string said = run(host, task);
      in_a_row = said.empty() ? 0 : in_a_row + 1;
      const bool lost = in_a_row == kFailuresInARow;
      end(host, task, said, lost);
      if (lost) return;
    }
  }

  HostPoolSummary summary() {
    summary_.left = static_cast<int>(waiting_.size());
    return std::move(summary_);
  }

 private:
  /// The next task; -1 when there will be none. A task that runs elsewhere may still come back.
  int take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !waiting_.empty() || running_ == 0; });
    if (waiting_.empty()) return -1;
    const int task = waiting_.front();
    waiting_.pop_front();
    ++running_;
    return task;
  }

  void end(const std::string& host, int task, const std::string& said, bool lost) {
    const std::lock_guard lock(mutex_);
    --running_;
    if (!said.empty()) {
      waiting_.push_back(task);
      ++summary_.repeated;
    }
    if (lost) summary_.lost.push_back(host + ": " + said);
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<int> waiting_;
  int running_ = 0;
  HostPoolSummary summary_;
};

}  // namespace

void check_hosts(const std::vector<std::string>& hosts) {
  for (std::size_t k = 0; k < hosts.size(); ++k) {
    check_host(hosts[k]);
    if (std::find(hosts.begin(), hosts.begin() + static_cast<std::ptrdiff_t>(k), hosts[k]) !=
        hosts.begin() + static_cast<std::ptrdiff_t>(k))
      throw InputError(ErrorKind::usage, "host '" + hosts[k] + "' comes twice", {},
                       "--jobs gives a host more work");
  }
}

std::vector<std::string> read_hosts(const std::string& path) {
  const auto file = std::make_shared<const SourceFile>(SourceFile{path, read_file(path)});
  std::vector<std::string> out;
  int line = 0;
  for (std::size_t begin = 0; begin < file->text.size();) {
    const auto end = std::min(file->text.find('\n', begin), file->text.size());
    std::string name = file->text.substr(begin, end - begin);
    begin = end + 1;
    ++line;
    name.erase(std::min(name.find('#'), name.size()));
    const auto first = name.find_first_not_of(" \t\r");
    if (first == std::string::npos) continue;
    name = name.substr(first, name.find_last_not_of(" \t\r") - first + 1);
    check_host(name, {file, line, static_cast<int>(first) + 1});
    out.push_back(name);
  }
  return out;
}

HostPoolSummary run_on_hosts(const std::vector<std::string>& hosts, int tasks,
                             const std::function<std::string(const std::string&, int)>& run) {
  Pool pool(tasks);
  std::vector<std::jthread> threads;
  for (const std::string& host : hosts) threads.emplace_back([&] { pool.serve(host, run); });
  threads.clear();
  return pool.summary();
}

}  // namespace nullor
