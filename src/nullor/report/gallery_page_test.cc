#include "nullor/report/gallery_page.h"

#include <gtest/gtest.h>

namespace nullor {
namespace {

TEST(GalleryPage, ShowsTextAsText) {
  GalleryCard card{.title = "<b>a</b> & \"b\"", .drawing = "<svg></svg>\n"};
  card.badges = {{"L1", true}, {"L2", false}};
  card.facts = {{"nearest", "<i>"}};
  card.details = {{"netlist", "M1 (a b) <x>"}};
  const std::string page =
      write_gallery({.title = "t <", .text = "one\n\ntwo", .version = "1", .cards = {card}});
  EXPECT_NE(page.find("&lt;b&gt;a&lt;/b&gt; &amp; &quot;b&quot;"), std::string::npos);
  EXPECT_EQ(page.find("<i>"), std::string::npos);
  EXPECT_EQ(page.find("<x>"), std::string::npos);
  EXPECT_NE(page.find("<p>one</p>\n<p>two</p>"), std::string::npos);
  EXPECT_NE(page.find("<svg></svg>"), std::string::npos);
  EXPECT_NE(page.find("badge not\">L2"), std::string::npos);
  EXPECT_EQ(page.find("<script"), std::string::npos);
}

}  // namespace
}  // namespace nullor
