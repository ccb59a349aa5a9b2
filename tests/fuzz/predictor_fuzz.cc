// Any bytes as the weights of a predictor; what loads has a layout and scales that can be used.
#include <cstdlib>

#include "fuzz.h"
#include "nullor/learn/predictor_model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz(data, size, [](std::string_view bytes) {
    const nullor::learn::PredictorModel model = nullor::learn::parse_predictor(bytes, "fuzz");
    const nullor::learn::PredictorNetwork network(model.config, model.shape());
    if (network.layout().size() != model.weights.size()) std::abort();
    for (const nullor::learn::MetricScale& scale : model.metrics) (void)scale.value(scale.scaled(1));
  });
}
