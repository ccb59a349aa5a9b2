#pragma once
/// Which transistor sizes the models of a process are made for, read from the bins of their cards. A size
/// outside all bins is illegal by rule; no simulation is needed to say so.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nullor {

/// The rectangle of one `.model` card: lmin <= L < lmax, wmin <= W < wmax [m]. The upper limits belong to it
/// where no other bin starts.
struct ModelBin {
  std::string model;  ///< "nch.3"
  double l_min = 0, l_max = 0, w_min = 0, w_max = 0;
};

class GeometryRule {
 public:
  void add(const std::string& family, ModelBin bin) { families_[family].push_back(std::move(bin)); }
  bool empty() const { return families_.empty(); }

  /// The bins of the family that the flat model `name` ("x1:nch.3", "nch.3") is of, or null.
  const std::vector<ModelBin>* family_of(std::string_view name) const;
  /// The bin that holds the size, or nothing; limits within 1e-9 count as equal.
  static std::optional<std::size_t> find(const std::vector<ModelBin>& bins, double l, double w);
  /// "L 0.13 um is below 0.15 um": the limit of all bins that a size breaks, or that none holds it.
  static std::string explain(const std::vector<ModelBin>& bins, double l, double w);

 private:
  std::map<std::string, std::vector<ModelBin>, std::less<>> families_;
};

}  // namespace nullor
