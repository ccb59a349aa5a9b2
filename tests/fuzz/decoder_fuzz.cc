// Any bytes as the weights of a transformer; what loads can be drawn from.
#include <cstdlib>

#include "fuzz.h"
#include "nullor/learn/decoder.h"
#include "nullor/learn/size_shares.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz(data, size, [](std::string_view bytes) {
    using namespace nullor::learn;
    DecoderModel model = parse_decoder(bytes, "fuzz");
    if (WeightPlaces(model.config).size != model.weights.size()) std::abort();
    const SizeShares sizes(model.notes[SizeShares::kNote]);
    nullor::Rng rng(1);
    if (!sizes.empty() && sizes.draw(rng) < 1) std::abort();
    const Decoder decoder(std::move(model));
    DecoderRun run(decoder, 1);
    KeyValueCache cache;
    for (int token = 0; token < std::min(decoder.config().context, 3); ++token)
      (void)run.forward(std::vector<DecoderInput>{{&cache, token % decoder.config().vocabulary, 0, true}});
  });
}
