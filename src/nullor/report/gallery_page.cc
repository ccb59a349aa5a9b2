#include "nullor/report/gallery_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "nullor/report/page_assets.h"

namespace nullor {
namespace {

constexpr std::string_view kGalleryStyle = R"(
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(420px, 1fr)); gap: 18px; align-items: start; }
.circuit { background: var(--card); border: 1px solid var(--edge); border-radius: 12px; padding: 12px 16px; min-width: 0; }
.circuit h2 { margin: 0 0 6px; font-size: 16px; overflow-wrap: anywhere; }
.circuit .drawing { margin: 4px 0 8px; }
.circuit svg { width: 100%; height: auto; max-height: 420px; display: block; }
.circuit .plot { border: 0; margin: 0 0 6px; }
.circuit dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 14px; margin: 6px 0; font-size: 13px; }
.circuit dt { color: var(--muted); }
.circuit dd { margin: 0; overflow-wrap: anywhere; }
.circuit details { border: 0; padding: 2px 0; margin: 0; background: none; }
.circuit pre { font-size: 12px; white-space: pre-wrap; }
.badge { display: inline-block; font-size: 12px; border-radius: 999px; padding: 0 9px; margin: 0 5px 4px 0; color: #fff; background: var(--trace-2); }
.badge.not { background: none; color: var(--muted); box-shadow: inset 0 0 0 1px var(--edge); }
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("\n\n"), text.size());
    out += "<p>" + escaped(text.substr(0, end)) + "</p>\n";
    text.remove_prefix(std::min(text.size(), end + 2));
  }
  return out;
}

void write_card(const GalleryCard& card, std::string& out) {
  out += "<article class=\"circuit\">\n<h2>" + escaped(card.title) + "</h2>\n";
  for (const GalleryBadge& badge : card.badges) {
    out += fmt::format("<span class=\"badge{}\">{}</span>", badge.good ? "" : " not", escaped(badge.text));
  }
  out += "\n<div class=\"drawing\">\n" + card.drawing + "</div>\n";
  for (const std::string& plot : card.plots) out += "<figure class=\"plot\">\n" + plot + "</figure>\n";
  if (!card.facts.empty()) {
    out += "<dl>\n";
    for (const auto& [name, text] : card.facts)
      out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(text));
    out += "</dl>\n";
  }
  for (const auto& [heading, text] : card.details) {
    out += fmt::format("<details><summary>{}</summary><pre>{}</pre></details>\n", escaped(heading),
                       escaped(text));
  }
  out += "</article>\n";
}

}  // namespace

std::string write_gallery(const Gallery& gallery) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\">\n"
      "<title>{}</title>\n<style>\n",
      escaped(gallery.title));
  out += kPageStyle;
  out += kGalleryStyle;
  out += fmt::format("</style>\n</head>\n<body>\n<header><h1>{}</h1></header>\n", escaped(gallery.title));
  out += paragraphs(gallery.text) + "<main class=\"gallery\">\n";
  for (const GalleryCard& card : gallery.cards) write_card(card, out);
  return out + fmt::format("</main>\n<footer><span>Nullor {}</span></footer>\n</body>\n</html>\n",
                           escaped(gallery.version));
}

}  // namespace nullor
