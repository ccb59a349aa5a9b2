// Legal sizes: the rule before a simulation and the reader of decks decide alike.

#include "nullor/design/bin_placer.h"

#include <gtest/gtest.h>

#include "nullor/base/error.h"

namespace nullor {
namespace {

// Two bins side by side, and one for long transistors that begins at another width.
constexpr const char* kBins =
    ".model n.1 nmos level=1 lmin=0.15u lmax=0.5u wmin=0.36u wmax=1u\n"
    ".model n.2 nmos level=1 lmin=0.15u lmax=0.5u wmin=1u wmax=10u\n"
    ".model n.3 nmos level=1 lmin=0.5u lmax=2u wmin=2u wmax=10u\n";

std::string deck(double l, double w, double nf, const std::string& models) {
  return "bins\n.param l=" + std::to_string(l) + "u w=" + std::to_string(w) + "u nf=" + std::to_string(nf) +
         "\nm1 d g 0 0 n l={l} w={w} nf={nf}\nv1 d 0 1\nv2 g 0 1\n" + models + ".end\n";
}

Circuit read(const std::string& text, bool keep_bins) {
  ReadOptions options;
  options.keep_bins = keep_bins;
  return read_circuit_text(text, "bins.cir", options);
}

std::string verdict(BinPlacer& placer, double l, double w, double nf) {
  placer.set("l", 1e-6 * l);
  placer.set("w", 1e-6 * w);
  placer.set("nf", nf);
  std::string illegal;
  return placer.place(illegal) ? "legal" : illegal;
}

TEST(BinPlacer, DecidesAsTheReaderDoes) {
  BinPlacer placer(read(deck(0.2, 1, 1, kBins), true));
  int legal = 0, illegal = 0;
  for (const double l : {0.13, 0.15, 0.3, 0.5, 1.0, 2.0, 2.1}) {
    for (const double w : {0.3, 0.36, 0.9, 1.0, 2.0, 5.0, 10.0, 10.5}) {
      for (const double nf : {1.0, 2.0}) {
        bool reads = true;
        try {
          read(deck(l, w, nf, kBins), false);
        } catch (const InputError&) {
          reads = false;
        }
        EXPECT_EQ(verdict(placer, l, w, nf) == "legal", reads) << l << " " << w << " " << nf;
        ++(reads ? legal : illegal);
      }
    }
  }
  EXPECT_GT(legal, 20);
  EXPECT_GT(illegal, 20);
}

TEST(BinPlacer, NamesTheLimitThatIsBroken) {
  BinPlacer placer(read(deck(0.2, 1, 1, kBins), true));
  EXPECT_EQ(verdict(placer, 0.13, 1, 1), "m1: L 0.13 um is below 0.15 um");
  EXPECT_EQ(verdict(placer, 0.2, 12, 1), "m1: W 12 um is above 10 um");
  EXPECT_EQ(verdict(placer, 3, 0.5, 2), "m1: L 3 um is above 2 um, W 0.25 um is below 0.36 um");
  EXPECT_EQ(verdict(placer, 1, 1, 1), "m1: no bin holds L 1 um with W 1 um");
}

TEST(BinPlacer, KnowsTheLimitsOfACardWithoutBins) {
  const std::string limits = "lmin=0.5u lmax=20u wmin=1u wmax=500u";
  BinPlacer one(read(deck(1, 5, 1, ".model n nmos level=1 " + limits + "\n"), true));
  EXPECT_EQ(verdict(one, 0.4, 5, 1), "m1: L 0.4 um is below 0.5 um");
  EXPECT_EQ(verdict(one, 20, 500, 1), "legal");
  BinPlacer none(read(deck(1, 5, 1, ".model n nmos level=1\n"), true));
  EXPECT_EQ(verdict(none, 1e-3, 5, 1), "legal");
}

}  // namespace
}  // namespace nullor
