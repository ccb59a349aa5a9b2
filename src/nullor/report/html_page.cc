#include "nullor/report/html_page.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>

#include "nullor/report/page_assets.h"

namespace nullor {
namespace {

using Json = nlohmann::ordered_json;

std::string base64(const std::string& bytes) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t k = 0; k < bytes.size(); k += 3) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      word = word << 8 | (k + j < bytes.size() ? static_cast<unsigned char>(bytes[k + j]) : 0u);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out += k + j <= bytes.size() ? kDigits[word >> (18 - 6 * j) & 63] : '=';
    }
  }
  return out;
}

template <class Float>
std::string encode(std::size_t count, const std::function<double(std::size_t)>& value) {
  std::string bytes(count * sizeof(Float), '\0');
  for (std::size_t k = 0; k < count; ++k) {
    const Float x = static_cast<Float>(value(k));
    std::memcpy(bytes.data() + k * sizeof x, &x, sizeof x);
  }
  return base64(bytes);
}

Json column_json(const Column& column, bool narrow) {
  const auto encoded = [&](const std::function<double(std::size_t)>& value) {
    return narrow ? encode<float>(column.size(), value) : encode<double>(column.size(), value);
  };
  Json out = {{"name", column.name},
              {"quantity", name_of(column.quantity)},
              {"unit", unit_of(column.quantity)},
              {"type", narrow ? "f4" : "f8"}};
  if (column.is_complex()) {
    out["real"] = encoded([&](std::size_t k) { return column.complex[k].real(); });
    out["imag"] = encoded([&](std::size_t k) { return column.complex[k].imag(); });
  } else {
    out["values"] = encoded([&](std::size_t k) { return column.real[k]; });
  }
  return out;
}

Json table_json(const Table& table, bool narrow) {
  const bool scaled = table.has_scale() && table.rows() > 1 && !table.columns.front().is_complex();
  Json out = {{"name", table.plotname.empty() ? table.kind : table.plotname},
              {"kind", table.kind},
              {"scaled", scaled},
              {"columns", Json::array()}};
  for (std::size_t k = 0; k < table.columns.size(); ++k) {
    const Column& column = table.columns[k];
    if (column.size() == table.rows() && column.size() > 0) {
      out["columns"].push_back(column_json(column, narrow && !(scaled && k == 0)));
    }
  }
  return out;
}

Json reading_json(const Reading& reading) {
  Json out = {{"name", reading.name}};
  if (reading.ok()) {
    out["value"] = std::isfinite(reading.value) ? Json(reading.value) : Json(nullptr);
    if (!reading.unit.empty()) out["unit"] = reading.unit;
    if (reading.at && std::isfinite(*reading.at)) out["at"] = *reading.at;
  } else {
    out["failure"] = reading.failure;
  }
  return out;
}

Json map_json(const PageMap& map) {
  return {{"caption", map.caption},
          {"width", map.width},
          {"height", map.height},
          {"values", encode<float>(map.values.size(), [&](std::size_t k) { return map.values[k]; })}};
}

Json matrix_json(const PageMatrix& matrix) {
  return {{"caption", matrix.caption},
          {"rowHeading", matrix.row_heading},
          {"columnHeading", matrix.column_heading},
          {"rows", matrix.rows},
          {"columns", matrix.columns},
          {"counts", matrix.counts}};
}

bool is_large(const Table& table) {
  constexpr std::size_t kMostWide = 2'000'000;
  std::size_t count = 0;
  for (const Column& column : table.columns) count += column.size() * (column.is_complex() ? 2 : 1);
  return count > kMostWide;
}

// Inside a script element only "</" and "<!" could be read as markup; JSON may spell "<" as an escape.
std::string inside_script(const std::string& json) {
  std::string out;
  out.reserve(json.size());
  for (const char c : json) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string write_html(const Page& page) {
  Json data = {{"title", page.title}, {"version", page.version}, {"sections", Json::array()}};
  for (const PageSection& section : page.sections) {
    Json one = {{"heading", section.heading}, {"text", section.text},  {"tables", Json::array()},
                {"readings", Json::array()},  {"maps", Json::array()}, {"matrices", Json::array()},
                {"netlist", section.netlist}};
    for (const Table& table : section.tables) one["tables"].push_back(table_json(table, is_large(table)));
    for (const Reading& reading : section.readings) one["readings"].push_back(reading_json(reading));
    for (const PageMap& map : section.maps) one["maps"].push_back(map_json(map));
    for (const PageMatrix& matrix : section.matrices) one["matrices"].push_back(matrix_json(matrix));
    data["sections"].push_back(std::move(one));
  }
  // Names of any encoding are allowed: what is not UTF-8 is shown as a replacement character.
  const std::string json = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'; img-src data: blob:\">\n<title>Nullor</title>\n<style>\n";
  out += kPageStyle;
  out +=
      "</style>\n</head>\n<body>\n<noscript>This page draws its results with JavaScript.</noscript>\n"
      "<script type=\"application/json\" id=\"nullor-data\">";
  out += inside_script(json);
  out += "</script>\n<script>\n\"use strict\";\n(() => {\n";
  out += kPageScript;
  out += "})();\n</script>\n</body>\n</html>\n";
  return out;
}

}  // namespace nullor
