#include "nullor/neural/network_source.h"

#include <filesystem>
#include <map>
#include <memory>

#include "nullor/neural/waveform.h"

namespace nullor {
namespace {

/// One signal of a network. After its end it keeps its last value, before its beginning the first.
class PlayedSignal final : public TimeFunction {
 public:
  PlayedSignal(std::shared_ptr<const Waveform> network, int signal)
      : network_(std::move(network)), signal_(signal) {}

  double value(double time) const override {
    const double inside = std::clamp(time, network_->begin(), network_->end());
    double out = 0;
    network_->evaluate(signal_, std::span(&inside, 1), &out);
    return out;
  }
  // Windows end where the source that the network was trained with had its corners.
  void corners(double from, double to, std::vector<double>& out) const override {
    for (std::size_t w = 0; w < network_->windows(); ++w) {
      const double start = network_->window_start(w);
      if (start > from && start <= to) out.push_back(start);
    }
    if (network_->end() > from && network_->end() <= to) out.push_back(network_->end());
  }

 private:
  std::shared_ptr<const Waveform> network_;
  int signal_;
};

/// "v(out)" and "out" are the same signal; "i(v1)" is the branch "v1#branch".
std::string signal_name(std::string name) {
  if (name.size() > 3 && name.ends_with(')')) {
    if (name.starts_with("v(")) return name.substr(2, name.size() - 3);
    if (name.starts_with("i(")) return name.substr(2, name.size() - 3) + "#branch";
  }
  return name;
}

}  // namespace

void load_networks(Circuit& circuit) {
  std::map<std::string, std::shared_ptr<const Waveform>> loaded;
  for (Instance& instance : circuit.instances) {
    if (!instance.source || instance.source->kind != "network") continue;
    SourceFunction& source = *instance.source;
    std::filesystem::path path = source.file;
    if (path.is_relative() && source.where.file)
      path = std::filesystem::path(source.where.file->path).parent_path() / path;
    auto& network = loaded[path.string()];
    try {
      if (!network) network = std::make_shared<const Waveform>(Waveform::load(path.string()));
    } catch (const InputError& error) {
      throw InputError(error.kind(), error.what(), source.where,
                       "networks are kept with nullor run DECK --engine neural --network FILE");
    }
    const int signal = network->find(signal_name(source.signal));
    if (signal < 0) {
      std::vector<std::string> known;
      for (const Waveform::Signal& s : network->signals()) known.push_back(s.name);
      throw InputError(ErrorKind::netlist, "the network has no signal '" + source.signal + "'", source.where,
                       did_you_mean(signal_name(source.signal), known, "it has " + known.front() + ", ..."));
    }
    source.function = std::make_shared<PlayedSignal>(network, signal);
  }
}

}  // namespace nullor
