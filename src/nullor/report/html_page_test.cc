#include "nullor/report/html_page.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace nullor {
namespace {

Page page_of(Table table) {
  Page page{"</script><b>", "1", {}};
  page.sections.push_back(
      {"h", "t", {std::move(table)}, {{"m", 1, "V", "", 0.5}, {"f", 0, "", "why", {}}}, "* <x>"});
  return page;
}

nlohmann::json data_of(const std::string& html) {
  const std::string open = "id=\"nullor-data\">";
  const auto begin = html.find(open) + open.size();
  return nlohmann::json::parse(html.substr(begin, html.find("</script>", begin) - begin));
}

Table ramp() {
  return {"t",
          "Transient Analysis",
          "tran",
          {{"time", Quantity::time, {0, 1}, {}}, {"v(a)", Quantity::voltage, {1, std::nan("")}, {}}}};
}

TEST(HtmlPage, EmbedsNumbersAsBase64OfDoubles) {
  const auto data = data_of(write_html(page_of(ramp())));
  const auto& table = data["sections"][0]["tables"][0];
  EXPECT_EQ(table["scaled"], true);
  EXPECT_EQ(table["columns"][0]["values"], "AAAAAAAAAAAAAAAAAADwPw==");  // 0.0, 1.0
  EXPECT_EQ(table["columns"][0]["type"], "f8");
  EXPECT_EQ(data["sections"][0]["readings"][1]["failure"], "why");
}

TEST(HtmlPage, CannotBeBrokenOutOfByNames) {
  Table table = ramp();
  table.columns[1].name = "</script><script>alert(1)</script>\xff";
  const std::string html = write_html(page_of(table));
  EXPECT_EQ(html.find("alert(1)</script>"), std::string::npos);
  EXPECT_EQ(data_of(html)["title"], "</script><b>");
}

TEST(HtmlPage, NeedsNothingFromOutside) {
  const std::string html = write_html(page_of(ramp()));
  for (const char* word : {"http:", "https:", "src=", "@import", "fetch(", "XMLHttpRequest"}) {
    EXPECT_EQ(html.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(html, write_html(page_of(ramp())));
}

TEST(HtmlPage, ListsAnOperatingPointAsValues) {
  const Table op{"t", "Operating Point", "op", {{"v(a)", Quantity::voltage, {1}, {}}}};
  EXPECT_EQ(data_of(write_html(page_of(op)))["sections"][0]["tables"][0]["scaled"], false);
}

TEST(HtmlPage, EmbedsMapsAndMatrices) {
  Page page{"t", "1", {{"h", "", {}, {}, ""}}};
  page.sections[0].maps.push_back({"unit </script>", 2, 1, {0, 1}});
  page.sections[0].matrices.push_back({"confusion", "label", "answer", {"0"}, {"0", "1"}, {3, 4}});
  const auto section = data_of(write_html(page))["sections"][0];
  EXPECT_EQ(section["maps"][0]["values"], "AAAAAAAAgD8=");  // 0.0f, 1.0f
  EXPECT_EQ(section["maps"][0]["caption"], "unit </script>");
  EXPECT_EQ(section["matrices"][0]["counts"][1], 4);
}

}  // namespace
}  // namespace nullor
