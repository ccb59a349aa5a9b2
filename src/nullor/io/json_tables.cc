#include "nullor/io/json_tables.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

}  // namespace

Json to_json(const Table& table) {
  Json out = {{"title", table.title}, {"plot", table.plotname}, {"kind", table.kind}, {"rows", table.rows()}};
  Json& columns = out["columns"] = Json::array();
  for (const Column& column : table.columns) {
    Json one = {
        {"name", column.name}, {"quantity", name_of(column.quantity)}, {"unit", unit_of(column.quantity)}};
    if (column.is_complex()) {
      Json real = Json::array(), imag = Json::array();
      for (const auto& z : column.complex) {
        real.push_back(number(z.real()));
        imag.push_back(number(z.imag()));
      }
      one["real"] = std::move(real);
      one["imag"] = std::move(imag);
    } else {
      Json values = Json::array();
      for (const double x : column.real) values.push_back(number(x));
      one["values"] = std::move(values);
    }
    columns.push_back(std::move(one));
  }
  return out;
}

Json to_json(std::span<const Reading> readings) {
  Json out = Json::object();
  for (const Reading& reading : readings) {
    out[reading.name] = reading.ok() ? number(reading.value) : Json{{"failure", reading.failure}};
  }
  return out;
}

}  // namespace nullor
