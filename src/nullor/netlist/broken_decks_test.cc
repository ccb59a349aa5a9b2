#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "nullor/base/file.h"
#include "nullor/netlist/test_deck.h"

namespace nullor {
namespace {

// tests/broken/netlist holds decks with one mistake each and beside each the message a person gets, whole. To
// accept new messages after reading them: NULLOR_UPDATE_GOLDEN=1 netlist_test --gtest_filter=BrokenDecks.*
TEST(BrokenDecks, SayWhatIsWrongWhereAndWhatToDo) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(NULLOR_SOURCE_DIR) / "tests/broken/netlist";
  const bool update = std::getenv("NULLOR_UPDATE_GOLDEN") != nullptr;
  std::size_t decks = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".cir") continue;
    ++decks;
    std::string message = "(the deck reads without an error)";
    try {
      read_circuit(entry.path().string());
    } catch (const InputError& error) {
      message = error.render();
      EXPECT_EQ(error.kind() == ErrorKind::netlist || error.kind() == ErrorKind::input_output, true)
          << entry.path();
    }
    const std::string prefix = folder.string() + "/";
    for (std::size_t at; (at = message.find(prefix)) != std::string::npos;) message.erase(at, prefix.size());
    fs::path golden = entry.path();
    golden.replace_extension(".txt");
    if (update) std::ofstream(golden) << message << "\n";
    EXPECT_EQ(read_file(golden.string()), message + "\n") << entry.path();
  }
  EXPECT_GE(decks, 90U);
}

}  // namespace
}  // namespace nullor
